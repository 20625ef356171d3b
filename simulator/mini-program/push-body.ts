/** The fields of a pushed message; nested ones are objects, repeated ones arrays. */
export interface PushFields {
  [name: string]: PushValue;
}
export type PushValue = string | number | PushFields | PushFields[];

/** XML as WeChat writes it: text in CDATA, numbers bare. */
export function pushXml(fields: PushFields): string {
  return `<xml>${elements(fields)}</xml>`;
}

function elements(fields: PushFields): string {
  return Object.entries(fields)
    .map(([name, value]) =>
      Array.isArray(value)
        ? value.map((each) => `<${name}>${elements(each)}</${name}>`).join('')
        : `<${name}>${content(value)}</${name}>`,
    )
    .join('');
}

function content(value: string | number | PushFields): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'object') return elements(value);
  return `<![CDATA[${value.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
}

/** One element of a flat answer; the merchant's replies are flat. */
export function fieldOf(body: string, name: string): string | undefined {
  if (body.trimStart().startsWith('{')) {
    const value = (JSON.parse(body) as Record<string, unknown>)[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  }
  const found = new RegExp(`<${name}>(?:<!\\[CDATA\\[)?([\\s\\S]*?)(?:\\]\\]>)?</${name}>`).exec(body);
  return found?.[1];
}
