import type { Transitions } from '../common/transitions.js';

export const SUSPENSE_STATUSES = ['OPEN', 'RETURNING', 'RETURNED', 'ACCEPTED'] as const;
export type SuspenseStatus = (typeof SUSPENSE_STATUSES)[number];
export type SuspenseEvent = 'returnStarted' | 'returned' | 'returnEnded' | 'accepted' | 'returnedAfterAll';

/**
 * The life of money in suspense. `RETURNING` from the moment a return is asked for; a return that was rejected, failed
 * or closed puts the item before a person again. WeChat is the truth here as well: a return that it first refused and
 * then reports as done was done, whatever was decided meanwhile. The same table stands in the database as a trigger.
 */
export const SUSPENSE_TRANSITIONS: Transitions<SuspenseStatus, SuspenseEvent> = {
  OPEN: { RETURNING: 'returnStarted', ACCEPTED: 'accepted', RETURNED: 'returnedAfterAll' },
  RETURNING: { RETURNED: 'returned', OPEN: 'returnEnded' },
  RETURNED: {},
  ACCEPTED: { RETURNED: 'returnedAfterAll' },
};
