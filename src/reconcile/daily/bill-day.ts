import { toBeijingIso } from '../../common/time/beijing-time.js';

const HOUR_MS = 3600 * 1000;
const DAY_MS = 24 * HOUR_MS;
/** WeChat makes a day's bill by 9:00 and asks to fetch it after 10:00 of the next day (protocol §1.10). */
const READY_AFTER_MS = DAY_MS + 10 * HOUR_MS;

/** The day a moment lies in, `yyyy-MM-dd` at UTC+8. */
export function dayOf(time: Date): string {
  return toBeijingIso(time).slice(0, 10);
}

export function startOf(day: string): Date {
  return new Date(`${day}T00:00:00+08:00`);
}

/** `yyyy-MM-dd`, so many days later. */
export function plusDays(day: string, days: number): string {
  return dayOf(new Date(startOf(day).getTime() + days * DAY_MS));
}

export function billReadyAt(day: string): Date {
  return new Date(startOf(day).getTime() + READY_AFTER_MS);
}

/** The newest day whose bill can be fetched. */
export function newestReadyDay(now: Date): string {
  return dayOf(new Date(now.getTime() - READY_AFTER_MS));
}
