import type { EntityManager } from 'typeorm';
import { run, statement } from '../database/sql.js';

/** What the receipt says already, stays. */
const ADD_PAYER = statement(
  'add-payer-to-receipt',
  'UPDATE payments SET receipt = $2::jsonb || receipt WHERE id = $1 AND NOT receipt @> $2::jsonb',
);

/**
 * Adds to a settled payment's receipt who paid. Asking may be faster than the notification, and over API v1 only the
 * notification says it. The caller holds the lock of the payment.
 * @param payer fields of the notification, as WeChat names them
 */
export async function addPayerToReceipt(
  manager: EntityManager,
  paymentId: string,
  payer: Readonly<Record<string, string>>,
): Promise<void> {
  await run(manager, ADD_PAYER, [paymentId, JSON.stringify(payer)]);
}
