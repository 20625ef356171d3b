import { setTimeout as sleep } from 'node:timers/promises';
import type { Machine } from './machine.js';

/** What still has to happen by itself. */
const UNDER_WAY = `
  SELECT (SELECT count(*)::int FROM payments WHERE next_check_at IS NOT NULL) AS payments,
         (SELECT count(*)::int FROM orders WHERE status = 'PENDING_PAYMENT') AS orders,
         (SELECT count(*)::int FROM refunds WHERE next_check_at IS NOT NULL) AS refunds,
         (SELECT count(*)::int FROM suspense_items WHERE return_at IS NOT NULL) AS returns,
         (SELECT count(*)::int FROM pgboss.job WHERE name = 'events' AND state IN ('created', 'retry', 'active')) AS events`;
const ROUNDS = 120;
const STEP_SECONDS = 130;
const JOBS_MS = 2000;
const DAY_MS = 86_400_000;

/** Time passes without trouble until nothing is under way. @returns what never ended; empty when all is quiet */
export async function untilQuiet(machine: Machine): Promise<Record<string, number>> {
  const { control } = machine;
  for (let round = 1; ; round++) {
    const [row = {}] = await machine.query<Record<string, number>>(UNDER_WAY);
    const left = Object.fromEntries(Object.entries(row).filter(([, count]) => count > 0));
    if (Object.keys(left).length === 0 || round === ROUNDS) return left;
    // Jobs go by wall time: a jump of the clock does nothing for them, and those of the killed come back after a minute.
    if (Object.keys(left).join() !== 'events') await control.advance(STEP_SECONDS);
    else await sleep(JOBS_MS);
    await sleep(500);
  }
}

export interface Day {
  date: string;
  status: string;
  differences: number;
  kinds: string | null;
}

/** The morning after: every day since the first payment is compared by the daily run. @returns the days */
export async function compareDays(machine: Machine): Promise<Day[]> {
  const { control } = machine;
  const { body } = await control.call<{ now: string }>('GET', '/_sim/clock');
  const beijing = Date.parse(body.now) + 8 * 3600_000;
  const lastDay = new Date(beijing).toISOString().slice(0, 10);
  const tenOClock = (Math.floor(beijing / DAY_MS) + 1) * DAY_MS + (10 * 60 + 1) * 60_000;
  await control.advance(Math.ceil((tenOClock - beijing) / 1000));
  for (let round = 1; ; round++) {
    const days = await machine.query<Day>(
      `SELECT r.date::text, r.status, count(d.id) FILTER (WHERE d.status <> 'CLEARED')::int AS differences,
              string_agg(DISTINCT d.kind, ', ') FILTER (WHERE d.status <> 'CLEARED') AS kinds
       FROM reconciliations r LEFT JOIN reconciliation_differences d ON d.reconciliation_id = r.id
       GROUP BY r.id ORDER BY r.date`,
    );
    const isDone = days.some(({ date }) => date === lastDay) && days.every(({ status }) => status === 'DONE');
    if (isDone || round === ROUNDS) return days;
    await control.advance(60);
    await sleep(500);
  }
}
