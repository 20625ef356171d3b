/** The one way money is written in the console: integer fen in, `¥1,234.56` out, without a float in between. */
export function formatFen(fen: number): string {
  return `${fen < 0 ? '−' : ''}¥${yuanOf(fen, 2)}`;
}

/** Thousandths of a fen (fees), to the last digit that counts. */
export function formatMilliFen(milliFen: number): string {
  return `${milliFen < 0 ? '−' : ''}¥${yuanOf(milliFen, 5).replace(/0{1,3}$/, '')}`;
}

/** Fen as somebody would type them: `1234.56`. */
export function yuanText(fen: number): string {
  return yuanOf(fen, 2).replaceAll(',', '');
}

/** Reads `12`, `12.3` or `12.34` yuan; undefined for anything else. */
export function parseYuan(text: string): number | undefined {
  const match = /^(\d{1,10})(?:\.(\d{1,2}))?$/.exec(text.trim());
  if (match === null) return undefined;
  return Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'));
}

function yuanOf(amount: number, decimals: number): string {
  const digits = String(Math.abs(amount)).padStart(decimals + 1, '0');
  const whole = digits.slice(0, -decimals).replace(/\B(?=(\d{3})+$)/g, ',');
  return `${whole}.${digits.slice(-decimals)}`;
}
