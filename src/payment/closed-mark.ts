import type { EntityManager } from 'typeorm';
import { run, statement } from '../database/sql.js';

/** One statement, so the row lock and the check are one: what was decided meanwhile stays as it is (DESIGN §2.6). */
const MARK_CLOSED = statement(
  'close-payment',
  `UPDATE payments SET status = 'CLOSED', next_check_at = NULL WHERE id = $1 AND status IN ('CREATED', 'PREPAID')`,
);

/** Keeps that WeChat has closed an attempt, if it is still open here. */
export async function markClosed(manager: EntityManager, paymentId: string): Promise<void> {
  await run(manager, MARK_CLOSED, [paymentId]);
}
