/** What a person sees on the paper: the lines without the tags; `<B>` and `<CB>` are twice as large. */
export function paperOf(content: string): string[] {
  return content
    .split(/<BR>|\n/i)
    .map((line) => line.replace(/<\/?[A-Z]+>/g, ''))
    .filter((line, index, lines) => line !== '' || index < lines.length - 1);
}
