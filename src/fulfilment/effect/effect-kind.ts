import type { EntityManager } from 'typeorm';
import type { DomainEvent, OrderEvent, ReconciliationEvent } from '../../jobs/event.js';
import type { AttemptOutcome } from './effect-attempt.entity.js';
import type { Effect } from './effect.entity.js';

/** Injection token of every kind there is (fulfilment.module.ts lists them). */
export const EFFECT_KINDS = Symbol('effect kinds');

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** WeChat's own calendar for notifications, in seconds: 15 tries after the first, over 24 hours and 4 minutes (M-33). */
export const WECHAT_CALENDAR: readonly number[] = [
  15,
  15,
  30,
  3 * MINUTE,
  10 * MINUTE,
  20 * MINUTE,
  30 * MINUTE,
  30 * MINUTE,
  30 * MINUTE,
  HOUR,
  3 * HOUR,
  3 * HOUR,
  3 * HOUR,
  6 * HOUR,
  6 * HOUR,
];

/** What an event means for one kind. */
export interface PlannedEffect {
  /** Whom it goes to; one event reaches one target once. Empty when a kind has no targets. */
  target: string;
  subject: { kind: Effect['subjectKind']; id: string };
  orderId: string | null;
  /** Kept as JSON and handed to `run` unchanged. No secrets: those are looked up when it runs. */
  payload: unknown;
}

/** What an attempt led to; code and message are kept and shown to staff, so neither holds a secret or an openid. */
export interface EffectResult {
  outcome: AttemptOutcome;
  code: string;
  message: string;
  /** `LATER` only: when to try again, if the answer says so; otherwise the schedule decides. */
  at?: Date | undefined;
}

export function done(code: string, message = ''): EffectResult {
  return { outcome: 'DONE', code, message };
}

/** A normal, final no: nothing is tried again and nobody is alarmed. */
export function refused(code: string, message: string): EffectResult {
  return { outcome: 'REFUSED', code, message };
}

export function later(code: string, message: string, at?: Date): EffectResult {
  return { outcome: 'LATER', code, message, at };
}

/** One kind of side effect: what events mean for it, and how it is carried out. */
export interface EffectKind {
  readonly kind: string;
  /** Seconds to wait after each unsuccessful attempt; when they are used up the effect is dead. */
  readonly schedule: readonly number[];
  /**
   * Those of events handled together that may mean something to this kind, found with one look instead of one for each: most
   * mean nothing to most kinds. The others are never planned.
   */
  concerning(
    events: readonly DomainEvent[],
    manager: EntityManager,
  ): readonly DomainEvent[] | Promise<readonly DomainEvent[]>;
  /** Reads rows, calls nobody. May be asked again about the same event; what was planned before stays. */
  plan(event: OrderEvent, manager: EntityManager): Promise<PlannedEffect[]>;
  /** The same for a day's comparison with WeChat's bills; absent where that means nothing. */
  planReconciliation?(event: ReconciliationEvent, manager: EntityManager): Promise<PlannedEffect[]>;
  /**
   * One attempt, outside any transaction, in well under a minute. An attempt whose answer was lost is followed by
   * another, so the other side has to know duplicates by an id, or be asked first.
   */
  run(effect: Effect): Promise<EffectResult>;
}
