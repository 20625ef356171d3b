import type { EntityManager } from 'typeorm';
import { eventOf } from '../common/transitions.js';
import { run, statement } from '../database/sql.js';
import type { SuspenseItem } from '../payment/suspense-item.entity.js';
import { SUSPENSE_TRANSITIONS, type SuspenseStatus } from '../payment/suspense.status.js';
import type { RefundStatus } from './refund.status.js';

const MOVE = statement(
  'move-suspense',
  'UPDATE suspense_items SET status = $2, return_at = NULL WHERE id = $1',
);

/** Where an item stands while its return stands there: what ended without the money gone is for a person to decide. */
const STANDING: Record<RefundStatus, SuspenseStatus> = {
  REQUESTED: 'RETURNING',
  APPROVED: 'RETURNING',
  PROCESSING: 'RETURNING',
  ABNORMAL: 'RETURNING',
  SUCCESS: 'RETURNED',
  REJECTED: 'OPEN',
  WITHDRAWN: 'OPEN',
  FAILED: 'OPEN',
  CLOSED: 'OPEN',
};

/**
 * Moves a locked item to where its return has come, in the same transaction.
 * @throws IllegalTransition
 */
export async function followReturn(
  manager: EntityManager,
  item: Pick<SuspenseItem, 'id' | 'status'>,
  returnStatus: RefundStatus,
): Promise<void> {
  const status = STANDING[returnStatus];
  if (status === item.status) return;
  eventOf(SUSPENSE_TRANSITIONS, `suspense item ${item.id}`, item.status, status);
  await run(manager, MOVE, [item.id, status]);
}
