import type { Effect } from '../../fulfilment/effect/effect.entity.js';
import type { EffectStatus } from '../../fulfilment/effect/effect.status.js';
import { timelineEvent, type TimelineEvent } from './timeline-event.js';

/** Kinds by the words people use; one without words shows its name. */
const KINDS: Readonly<Record<string, [chinese: string, english: string]>> = {
  print: ['打印小票', 'Receipt print'],
  message: ['订阅消息', 'Subscribe message'],
  'shipping-upload': ['微信发货信息录入', 'Upload of the shipment to WeChat'],
  'deliver-notify': ['微信发货通知（v1）', 'Delivery notice to WeChat (API v1)'],
  webhook: ['推送事件', 'Webhook'],
};

const OUTCOMES: Record<EffectStatus, [chinese: string, english: string]> = {
  PENDING: ['待执行', 'is still to be done'],
  DONE: ['已完成', 'is done'],
  REFUSED: ['被对方拒绝，不再重试', 'was refused and is not tried again'],
  DEAD: ['多次失败，需人工处理', 'has failed too often and waits for a person'],
};

/** A side effect stands where it ended, or where it was planned while it has not. */
export function effectEvent(effect: Effect): TimelineEvent {
  const { id: effectId, kind, target, status, attempts, createdAt, concludedAt, nextAttemptAt } = effect;
  const [chinese, english] = KINDS[kind] ?? ['附带任务', `Side effect ${kind}`];
  const [outcome, ended] = OUTCOMES[status];
  return timelineEvent(
    concludedAt ?? createdAt,
    'system',
    `effect.${status.toLowerCase()}`,
    `${chinese}：${outcome} ${english} ${ended}`,
    {
      effectId,
      kind,
      target,
      status,
      attempts,
      ...(nextAttemptAt && { nextAttemptAt }),
    },
  );
}
