/** WeChat Pay counts in UTC+8 all year round (protocol §0); China has no daylight saving time. */
const OFFSET_MS = 8 * 3600 * 1000;

/** `yyyyMMddHHmmss` in UTC+8, the form of `time_start`, `time_expire` and `time_end` in API v2. */
export function toCompactBeijing(time: Date): string {
  const iso = new Date(time.getTime() + OFFSET_MS).toISOString();
  return `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 10)}${iso.slice(11, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}`;
}

/** Reads `yyyyMMddHHmmss` in UTC+8; undefined when the digits are no real time. */
export function fromCompactBeijing(text: string): Date | undefined {
  if (!/^\d{14}$/.test(text)) return undefined;
  const digits = (from: number, to: number): number => Number(text.slice(from, to));
  const shown = Date.UTC(
    digits(0, 4),
    digits(4, 6) - 1,
    digits(6, 8),
    digits(8, 10),
    digits(10, 12),
    digits(12, 14),
  );
  const time = new Date(shown - OFFSET_MS);
  return toCompactBeijing(time) === text ? time : undefined;
}

/** Reads `yyyy-MM-dd HH:mm:ss` in UTC+8, the form of refund times in API v2; undefined when it is no real time. */
export function fromDashedBeijing(text: string): Date | undefined {
  return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)
    ? fromCompactBeijing(text.replace(/\D/g, ''))
    : undefined;
}

/** ISO 8601 with the offset people in the shop think in, whole milliseconds: `2026-11-21T20:05:00.000+08:00`. */
export function toBeijingIso(time: Date): string {
  return new Date(time.getTime() + OFFSET_MS).toISOString().replace('Z', '+08:00');
}
