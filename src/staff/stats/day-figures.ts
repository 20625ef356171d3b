import type { EntityManager } from 'typeorm';
import { toBeijingIso } from '../../common/time/beijing-time.js';
import { run, statement } from '../../database/sql.js';
import type { DayFigures } from './stats.schema.js';

const DAY_MS = 24 * 3600 * 1000;
/** Beyond its expiry an order may wait this long for WeChat's word, and is still counted on the day it ends. */
const STRAGGLER_MS = DAY_MS;

/**
 * $1 the first moment of the first day, $2 the creation of the oldest order that may still end in it: the bound by
 * which the index on `created_at` serves all three counts. $3 lies ahead of all of them: plans are made without the
 * values, and only a period with two ends is taken for a short one. Each order is read once, for the days it was made,
 * paid and closed on; they are few.
 */
const COUNT_ORDERS = statement(
  'count-orders-by-day',
  `WITH lately AS (
     SELECT date_bin('1 day', created_at, $1) AS created_on, date_bin('1 day', paid_at, $1) AS paid_on,
            date_bin('1 day', closed_at, $1) AS closed_on, count(*) AS orders, sum(paid_fen) AS fen
     FROM orders WHERE created_at >= $2 AND created_at < $3 GROUP BY 1, 2, 3)
   SELECT day, sum(orders)::int AS orders, sum(paid_orders)::int AS "paidOrders", sum(paid_fen)::bigint AS "paidFen",
          sum(closed_orders)::int AS "closedOrders"
   FROM (SELECT created_on, orders, 0, 0, 0 FROM lately
         UNION ALL SELECT paid_on, 0, orders, fen, 0 FROM lately
         UNION ALL SELECT closed_on, 0, 0, 0, orders FROM lately) AS counted(day, orders, paid_orders, paid_fen, closed_orders)
   WHERE day >= $1 GROUP BY day`,
);
const SUM_REFUNDS = statement(
  'sum-refunds-by-day',
  `SELECT date_bin('1 day', succeeded_at, $1) AS day, sum(amount_fen)::bigint AS "refundedFen"
   FROM refunds
   WHERE status = 'SUCCESS' AND order_id IS NOT NULL AND succeeded_at >= $1 AND succeeded_at < $2 GROUP BY 1`,
);

interface OrderCounts extends Omit<DayFigures, 'date' | 'refundedFen'> {
  day: Date;
}

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
  const ahead = new Date(now.getTime() + DAY_MS);
  const [orders, refunds] = await Promise.all([
    run<OrderCounts>(manager, COUNT_ORDERS, [since, createdSince, ahead]),
    run<{ day: Date; refundedFen: number }>(manager, SUM_REFUNDS, [since, ahead]),
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

function byDate<Row extends { day: Date }>(rows: readonly Row[]): Map<string, Omit<Row, 'day'>> {
  return new Map(rows.map(({ day, ...figures }) => [dateOf(day), figures]));
}

function dateOf(time: Date): string {
  return toBeijingIso(time).slice(0, 10);
}
