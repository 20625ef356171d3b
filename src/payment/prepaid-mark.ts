import type { EntityManager } from 'typeorm';
import { columns, statement } from '../database/sql.js';
import { sendAndRead } from '../database/transaction.js';
import type { Prepaid } from '../wxpay/protocol.js';

/** WeChat's prepay for an attempt. */
export interface PrepaidMark {
  paymentId: string;
  prepaid: Prepaid;
  prepaidAt: Date;
}

/**
 * Only an attempt that is still open takes a prepay; one statement, so the row lock and the check are one (DESIGN §2.6).
 * It takes it also while its order is being closed: whoever closes it has to know of the prepay. The order is looked at
 * without a lock: a closing that is committed while this statement runs is one that was asked for a moment later.
 */
const MARK_PREPAID = statement(
  'prepay-payments',
  `UPDATE payments p SET status = 'PREPAID', prepaid = m.prepaid, prepaid_at = m.prepaid_at
   FROM unnest($1::uuid[], $2::jsonb[], $3::timestamptz[]) AS m(id, prepaid, prepaid_at)
   WHERE p.id = m.id AND p.status IN ('CREATED', 'PREPAID')
   RETURNING p.id, (SELECT o.close_requested_at IS NULL FROM orders o WHERE o.id = p.order_id) AS "isPayable"`,
);

/**
 * Keeps prepays in the caller's transaction.
 * @returns the attempts that took theirs, and whether the buyer may still pay; known when the transaction has ended
 */
export function markPrepaid(
  manager: EntityManager,
  marks: readonly PrepaidMark[],
): { rows: Promise<{ id: string; isPayable: boolean }[]> } {
  // In the order of their ids, as everybody locks payments (DESIGN §2.7); should PostgreSQL take another way, a
  // deadlock goes again.
  const ordered = marks.toSorted((a, b) => (a.paymentId < b.paymentId ? -1 : 1));
  const rows = ordered.map(({ paymentId, prepaid, prepaidAt }) => [
    paymentId,
    JSON.stringify(prepaid),
    prepaidAt,
  ]);
  return sendAndRead(manager, MARK_PREPAID, columns(rows));
}
