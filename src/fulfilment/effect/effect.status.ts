import type { Transitions } from '../../common/transitions.js';

export const EFFECT_STATUSES = ['PENDING', 'DONE', 'REFUSED', 'DEAD'] as const;
export type EffectStatus = (typeof EFFECT_STATUSES)[number];
export type EffectEvent = 'done' | 'refused' | 'exhausted' | 'replayed';

/**
 * The life of a side effect. `REFUSED` is a final no that is nobody's fault (a buyer who wants no messages); `DEAD` is
 * a failure that outlived its schedule and waits for a person. Each may be started again by hand.
 * The same table stands in the database as a trigger.
 */
export const EFFECT_TRANSITIONS: Transitions<EffectStatus, EffectEvent> = {
  PENDING: { DONE: 'done', REFUSED: 'refused', DEAD: 'exhausted' },
  DONE: { PENDING: 'replayed' },
  REFUSED: { PENDING: 'replayed' },
  DEAD: { PENDING: 'replayed' },
};
