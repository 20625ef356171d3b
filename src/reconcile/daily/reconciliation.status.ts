import type { Transitions } from '../../common/transitions.js';

export const RECONCILIATION_STATUSES = ['WAITING', 'RUNNING', 'DONE', 'FAILED'] as const;
export type ReconciliationStatus = (typeof RECONCILIATION_STATUSES)[number];
export type ReconciliationEvent = 'started' | 'compared' | 'notReady' | 'failed' | 'asked';

/**
 * The life of a day's reconciliation. `WAITING` until an instance takes it and while WeChat has no bill yet; `FAILED` is
 * what asking again does not mend (a bill that cannot be read, a merchant without the right to it) and waits for a
 * person. The same table stands in the database as a trigger.
 */
export const RECONCILIATION_TRANSITIONS: Transitions<ReconciliationStatus, ReconciliationEvent> = {
  WAITING: { RUNNING: 'started' },
  RUNNING: { DONE: 'compared', WAITING: 'notReady', FAILED: 'failed' },
  DONE: { WAITING: 'asked' },
  FAILED: { WAITING: 'asked' },
};
