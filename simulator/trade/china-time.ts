/** WeChat's times are in UTC+8, V2's without a zone. Numbers here are ms since 1970. */
const OFFSET_MS = 8 * 3_600_000;

/** yyyyMMddHHmmss */
export function chinaDateTime(at: number): string {
  return new Date(at + OFFSET_MS).toISOString().replace(/\D/g, '').slice(0, 14);
}

/** yyyyMMdd */
export function chinaDate(at: number): string {
  return chinaDateTime(at).slice(0, 8);
}

/** yyyy-MM-dd HH:mm:ss, as refunds write it. */
export function chinaDateTimeWithDashes(at: number): string {
  return new Date(at + OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ');
}

/** yyyy-MM-ddTHH:mm:ss+08:00, as V3 writes every time. */
export function chinaRfc3339(at: number): string {
  return `${new Date(at + OFFSET_MS).toISOString().slice(0, 19)}+08:00`;
}

/** Reads yyyyMMddHHmmss; undefined when it is not a real date and time. */
export function readChinaDateTime(text: string): number | undefined {
  const digits = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text);
  if (!digits) return undefined;
  const [, year, month, day, hour, minute, second] = digits;
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}+08:00`);
  // Date.parse refuses 13th months but rolls 30 February over to March.
  return Number.isNaN(at) || chinaDateTime(at) !== text ? undefined : at;
}
