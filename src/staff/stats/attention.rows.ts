import type { EntityManager } from 'typeorm';
import { run, statement } from '../../database/sql.js';
import type { NotificationVerdict } from '../../notify/notification.entity.js';

/** A call to WeChat ends well within this; an outcome that is still open then is unknown. */
const CALL_MS = 60_000;

/** Each count by a partial index; $1 the moment before which a call must have begun to count as unknown. */
const ATTENTION = statement(
  'count-what-needs-attention',
  `SELECT
     ((SELECT count(*) FROM payments WHERE next_check_at IS NOT NULL AND status = 'CREATED' AND created_at < $1)
      + (SELECT count(*) FROM orders WHERE status = 'PENDING_PAYMENT' AND close_requested_at < $1)
      + (SELECT count(*) FROM refunds WHERE next_check_at IS NOT NULL AND uncertain AND called_at < $1))::int AS "unknownOutcomes",
     (SELECT count(*)::int FROM suspense_items WHERE status = 'OPEN') AS "suspenseOpen",
     (SELECT count(*)::int FROM reconciliation_differences WHERE status = 'OPEN') AS "differencesOpen",
     (SELECT count(*)::int FROM effects WHERE status = 'DEAD') AS "deadEffects"`,
);
const LAST = statement(
  'last-notification',
  `SELECT received_at AS "receivedAt", verdict FROM notifications WHERE verified ORDER BY received_at DESC LIMIT 1`,
);

/** What waits for a person or for WeChat's word. */
export interface Attention {
  unknownOutcomes: number;
  suspenseOpen: number;
  differencesOpen: number;
  deadEffects: number;
}

export async function countAttention(manager: EntityManager, now: Date): Promise<Attention> {
  const [counted] = await run<Attention>(manager, ATTENTION, [new Date(now.getTime() - CALL_MS)]);
  if (counted === undefined) throw new Error('a count gave no row');
  return counted;
}

/** The latest notification that WeChat signed. */
export async function lastNotification(
  manager: EntityManager,
): Promise<{ receivedAt: Date; verdict: NotificationVerdict } | undefined> {
  const [last] = await run<{ receivedAt: Date; verdict: NotificationVerdict }>(manager, LAST, []);
  return last;
}
