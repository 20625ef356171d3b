/** A message or a value as it is: text stays text (XML included), anything else becomes JSON. Never markup. */
export function Raw({ value }: { value: unknown }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so the keyboard must reach it
    <pre className="raw" tabIndex={0}>
      {typeof value === 'string' ? readable(value) : JSON.stringify(value, null, 2)}
    </pre>
  );
}

function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
