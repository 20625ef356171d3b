import type { EntityManager } from 'typeorm';
import { run, statement } from '../../database/sql.js';
import { ORDER_IS_DUE } from '../../reconcile/due-orders.js';

/** Rows that schedule themselves, each with the partial index its worker claims by: table and column. */
const SCHEDULES = {
  payments: ['payments', 'next_check_at'],
  refunds: ['refunds', 'next_check_at'],
  'suspense returns': ['suspense_items', 'return_at'],
  receipts: ['orders', 'receipt_check_at'],
  reconciliations: ['reconciliations', 'next_attempt_at'],
  effects: ['effects', 'next_attempt_at'],
} as const;

export const DUE_NAMES = ['orders', ...(Object.keys(SCHEDULES) as (keyof typeof SCHEDULES)[])] as const;

export interface DueRow {
  name: (typeof DUE_NAMES)[number];
  due: number;
  oldestDueAt: Date | null;
}

const COUNT = statement(
  'count-due-rows',
  [
    `SELECT 'orders' AS name, count(*)::int AS due, min(least(o.expires_at, o.close_requested_at)) AS "oldestDueAt"
     FROM orders o WHERE ${ORDER_IS_DUE}`,
    ...Object.entries(SCHEDULES).map(
      ([name, [table, at]]) => `SELECT '${name}', count(*)::int, min(${at}) FROM ${table} WHERE ${at} <= $1`,
    ),
  ].join('\nUNION ALL\n'),
);

/** What is due at `now` and not claimed: a row under way carries the end of its lease, which lies ahead. */
export function countDueRows(manager: EntityManager, now: Date): Promise<DueRow[]> {
  return run<DueRow>(manager, COUNT, [now]);
}
