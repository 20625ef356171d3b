/** Two bytes a character, for all that GBK has; Node decodes GBK but does not encode it. */
const table = new Map<string, number[]>();
for (let lead = 0x81; lead <= 0xfe; lead += 1) {
  for (let trail = 0x40; trail <= 0xfe; trail += 1) {
    const character = new TextDecoder('gbk').decode(Uint8Array.of(lead, trail));
    if (character.length === 1 && character !== '\uFFFD') table.set(character, [lead, trail]);
  }
}

/** What GBK lacks becomes a question mark. */
export function encodeGbk(text: string): Buffer {
  return Buffer.from(
    [...text].flatMap((each) => (each.charCodeAt(0) < 0x80 ? each.charCodeAt(0) : (table.get(each) ?? 0x3f))),
  );
}
