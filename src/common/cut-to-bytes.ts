/** The longest beginning of `text` that fits into `max` bytes of UTF-8, never cut inside a character: WeChat counts bytes. */
export function cutToBytes(text: string, max: number): string {
  let bytes = 0;
  let kept = '';
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > max) break;
    kept += character;
  }
  return kept;
}
