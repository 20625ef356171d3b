import type { EntityManager } from 'typeorm';
import { toBeijingIso } from '../../common/time/beijing-time.js';
import { run, statement } from '../../database/sql.js';
import type { DayFigures } from './stats.schema.js';

const DAY_MS = 24 * 3600 * 1000;
/** Beyond its expiry an order may wait this long for WeChat's word, and is still counted on the day it ends. */
const STRAGGLER_MS = DAY_MS;

/**
 * $1 the first moment of the first day, $2 the creation of the oldest order that may still end in it: the bound by
 * which the index on `created_at` serves all three counts. Rows ahead of the clock do not exist.
 */
const COUNT_ORDERS = statement(
  'count-orders-by-day',
  `SELECT to_char(happened.at AT TIME ZONE interval '8 hours', 'YYYY-MM-DD') AS date,
          count(*) FILTER (WHERE what = 'created')::int AS orders, count(*) FILTER (WHERE what = 'paid')::int AS "paidOrders",
          coalesce(sum(paid_fen) FILTER (WHERE what = 'paid'), 0)::bigint AS "paidFen",
          count(*) FILTER (WHERE what = 'closed')::int AS "closedOrders"
   FROM orders CROSS JOIN LATERAL (VALUES ('created', created_at), ('paid', paid_at), ('closed', closed_at)) AS happened(what, at)
   WHERE created_at >= $2 AND happened.at >= $1
   GROUP BY 1`,
);
const SUM_REFUNDS = statement(
  'sum-refunds-by-day',
  `SELECT to_char(succeeded_at AT TIME ZONE interval '8 hours', 'YYYY-MM-DD') AS date, sum(amount_fen)::bigint AS "refundedFen"
   FROM refunds WHERE status = 'SUCCESS' AND order_id IS NOT NULL AND succeeded_at >= $1 GROUP BY 1`,
);

/**
 * What happened on each of the last days, today included, oldest first; a day is one of UTC+8.
 * @param expireMinutes how long an order may stay unpaid
 */
export async function dayFigures(
  manager: EntityManager,
  { now, days, expireMinutes }: { now: Date; days: number; expireMinutes: number },
): Promise<DayFigures[]> {
  const today = new Date(`${dateOf(now)}T00:00:00+08:00`);
  const since = new Date(today.getTime() - (days - 1) * DAY_MS);
  const createdSince = new Date(since.getTime() - expireMinutes * 60_000 - STRAGGLER_MS);
  const [orders, refunds] = await Promise.all([
    run<Omit<DayFigures, 'refundedFen'>>(manager, COUNT_ORDERS, [since, createdSince]),
    run<Pick<DayFigures, 'date' | 'refundedFen'>>(manager, SUM_REFUNDS, [since]),
  ]);
  const [ordersOn, refundsOn] = [byDate(orders), byDate(refunds)];
  return Array.from({ length: days }, (_, day) => {
    const date = dateOf(new Date(since.getTime() + day * DAY_MS));
    return {
      date,
      orders: 0,
      paidOrders: 0,
      paidFen: 0,
      closedOrders: 0,
      ...ordersOn.get(date),
      refundedFen: refundsOn.get(date)?.refundedFen ?? 0,
    };
  });
}

/** Of the orders that were decided, the part that was paid; null when none was. */
export function successRate(days: readonly DayFigures[]): number | null {
  const paid = days.reduce((sum, { paidOrders }) => sum + paidOrders, 0);
  const decided = days.reduce((sum, { closedOrders }) => sum + closedOrders, paid);
  return decided === 0 ? null : paid / decided;
}

function byDate<Row extends { date: string }>(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [row.date, row]));
}

function dateOf(time: Date): string {
  return toBeijingIso(time).slice(0, 10);
}
