import { toBeijingIso } from '../../common/time/beijing-time.js';
import type { EffectAttempt } from '../../fulfilment/effect/effect-attempt.entity.js';
import type { Effect } from '../../fulfilment/effect/effect.entity.js';
import type { EffectDetail, EffectRow } from './effect.schema.js';

/** The effect without its payload, which may name a buyer. */
export function effectRow(effect: Effect): EffectRow {
  const { id, kind, target, subjectKind, subjectId, orderId, status, attempts } = effect;
  return {
    id,
    kind,
    target,
    subject: { kind: subjectKind, id: subjectId },
    ...(orderId !== null && { orderId }),
    status,
    attempts,
    ...(effect.nextAttemptAt && { nextAttemptAt: toBeijingIso(effect.nextAttemptAt) }),
    createdAt: toBeijingIso(effect.createdAt),
    ...(effect.concludedAt && { concludedAt: toBeijingIso(effect.concludedAt) }),
  };
}

export function effectDetail(effect: Effect, attempts: readonly EffectAttempt[]): EffectDetail {
  return {
    ...effectRow(effect),
    log: attempts.map(({ attempt, at, outcome, code, message, durationMs }) => ({
      attempt,
      at: toBeijingIso(at),
      ...(outcome !== null && { outcome }),
      ...(code !== null && { code }),
      ...(message !== null && { message }),
      ...(durationMs !== null && { durationMs }),
    })),
  };
}
