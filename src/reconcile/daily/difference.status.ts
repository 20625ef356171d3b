import type { Transitions } from '../../common/transitions.js';

export const DIFFERENCE_STATUSES = ['WAITING', 'OPEN', 'RESOLVED', 'CLEARED'] as const;
export type DifferenceStatus = (typeof DIFFERENCE_STATUSES)[number];
export type DifferenceEvent = 'dayOver' | 'explained' | 'resolved' | 'changed' | 'foundAgain';

/**
 * The life of a difference. `WAITING`: near midnight, the next day's bill may have it. `OPEN` counts. `CLEARED`: a later
 * look no longer finds it. `RESOLVED` is a person's word and stays however often the day is compared, unless the facts
 * he spoke about are others now. The same table stands in the database as a trigger.
 */
export const DIFFERENCE_TRANSITIONS: Transitions<DifferenceStatus, DifferenceEvent> = {
  WAITING: { OPEN: 'dayOver', CLEARED: 'explained', RESOLVED: 'resolved' },
  OPEN: { RESOLVED: 'resolved', CLEARED: 'explained' },
  RESOLVED: { OPEN: 'changed' },
  CLEARED: { OPEN: 'foundAgain', WAITING: 'foundAgain' },
};
