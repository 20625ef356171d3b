import iconv from 'iconv-lite';

/** 58 mm paper: 32 columns, of which a Chinese character takes two. */
export const COLUMNS = 32;

/**
 * The text as the printer can show it. Its alphabet is GBK: what that does not have (emoji) becomes `?`. Angle brackets
 * become wide ones, so that no buyer's note is read as a printer's command.
 */
export function printable(text: string): string {
  const plain = text
    .replace(/(?!\s)[\p{Cc}\p{Cf}]/gu, '')
    .replace(/\s+/gu, ' ')
    .replaceAll('<', '＜')
    .replaceAll('>', '＞');
  return [...plain].map(inGbk).join('').trim();
}

/** Columns of a printable text: its bytes in GBK. */
export function columns(text: string): number {
  return iconv.encode(text, 'gbk').length;
}

/** Cuts a printable text into lines of at most so many columns; a character is never cut. */
export function wrap(text: string, width = COLUMNS): string[] {
  const lines: string[] = [];
  let line = '';
  for (const character of text) {
    if (columns(line + character) > width) {
      lines.push(line);
      line = '';
    }
    line += character;
  }
  return line === '' ? lines : [...lines, line];
}

/** One line with something at either end; two when they do not fit side by side. */
export function pair(left: string, right: string, width = COLUMNS): string[] {
  const gap = width - columns(left) - columns(right);
  if (gap >= 1) return [left + ' '.repeat(gap) + right];
  return [...wrap(left, width), right.padStart(width - columns(right) + right.length)];
}

function inGbk(character: string): string {
  return iconv.decode(iconv.encode(character, 'gbk'), 'gbk') === character ? character : '?';
}
