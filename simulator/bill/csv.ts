/** Bills begin with a byte order mark, and every value stands behind a back-tick (protocol notes §1.10). */
const BYTE_ORDER_MARK = '\uFEFF';

/** A bill: header, rows, then the summary's header and values. */
export function billFile(
  header: readonly string[],
  rows: string[][],
  summaryHeader: readonly string[],
  summary: string[],
): string {
  const lines = [header.join(','), ...rows.map(values), summaryHeader.join(','), values(summary)];
  return `${BYTE_ORDER_MARK}${lines.join('\r\n')}\r\n`;
}

/** Fen as yuan with so many decimals. */
export function yuan(fen: number, decimals = 2): string {
  const digits = String(Math.abs(fen)).padStart(3, '0');
  const text = `${digits.slice(0, -2)}.${digits.slice(-2)}`.padEnd(digits.length + 1 + decimals - 2, '0');
  return fen < 0 ? `-${text}` : text;
}

/** As the summary writes money: no more decimals than needed, but one. */
export function summaryYuan(fen: number): string {
  return yuan(fen).replace(/0$/, '');
}

export function summaryCount(count: number): string {
  return `${count}.0`;
}

/** Commas stay: real descriptions have them, and only the back-tick tells where a value begins. */
function values(cells: string[]): string {
  return cells.map((cell) => '`' + cell.replaceAll('`', '').replace(/[\r\n]+/g, ' ')).join(',');
}
