import type { NotificationVerdict } from '../../notify/notification.entity.js';
import type { Order } from '../../order/order.entity.js';
import type { Payment } from '../../payment/payment.entity.js';
import type { SuspenseItem, SuspenseKind } from '../../payment/suspense-item.entity.js';
import type { NotificationHead } from '../notifications/inbox.view.js';
import type { AuditedAction } from './audited-actions.js';
import { notBefore, timelineEvent, type TimelineEvent } from './timeline-event.js';

const VERDICTS: Record<NotificationVerdict, string> = {
  SETTLED: '微信通知：付款已入账 WeChat notified: the payment is settled',
  DUPLICATE: '微信重复通知，无变化 WeChat notified again, nothing changed',
  LATE: '微信通知：订单关闭后到账 WeChat notified: paid after the order was closed',
  DOUBLE: '微信通知：重复付款 WeChat notified: paid twice',
  WRONG_AMOUNT: '微信通知：金额不符 WeChat notified: a wrong amount',
  UNKNOWN_ORDER: '微信通知：订单不存在 WeChat notified: no such order here',
  NOT_PAID: '微信通知：付款未成功 WeChat notified: an attempt to pay failed',
  CONCLUDED: '微信通知：退款结果已确认 WeChat notified: the refund is concluded',
  UNKNOWN_REFUND: '微信通知：退款单不存在 WeChat notified: no such refund here',
  UNCONFIRMED: '微信通知，查询未确认 WeChat notified, but did not confirm it when asked',
  ANSWERED: '买家发消息查询，已自动回复 The buyer asked by message and was answered',
  NOTED: '微信推送事件，已据此处理 WeChat pushed an event, which was looked into',
  IGNORED: '微信推送，与订单处理无关 WeChat pushed what means nothing here',
  FOREIGN: '通知不属于本商户或应用，不予采信 A notification about another account or app, not believed',
  PROBE: '微信的验签探测，已按预期拒绝 A probe of WeChat, refused as it should be',
  FORGED: '伪造通知，不予采信 A forged notification, not believed',
  MALFORMED: '通知无法读取 An unreadable notification',
};

const SUSPENSE: Record<SuspenseKind, string> = {
  LATE: '款项转入待处理：订单已关闭 Held in suspense: the order was closed',
  DOUBLE: '款项转入待处理：订单已付过款 Held in suspense: the order was already paid',
  WRONG_AMOUNT: '款项转入待处理：金额不符 Held in suspense: the amount is wrong',
  UNKNOWN_ORDER: '款项转入待处理：订单不存在 Held in suspense: there is no such order',
};

/** @param actions of staff, to tell a closing by staff from one by the buyer */
export function orderEvents(order: Order, actions: readonly AuditedAction[]): TimelineEvent[] {
  const { createdAt, expiresAt, closeRequestedAt, closedAt, orderNo, payableFen } = order;
  const events = [
    timelineEvent(createdAt, 'buyer', 'order.created', '买家下单 Order placed', { orderNo, payableFen }),
  ];
  const byStaff = actions.some(
    ({ action, at }) =>
      action === 'order.close_requested' && closeRequestedAt !== null && at <= closeRequestedAt,
  );
  if (closeRequestedAt !== null && !byStaff) {
    events.push(
      closeRequestedAt < expiresAt
        ? timelineEvent(closeRequestedAt, 'buyer', 'order.cancelled', '买家取消订单 Cancelled by the buyer')
        : timelineEvent(closeRequestedAt, 'system', 'order.expired', '超时未支付 The time to pay is over'),
    );
  }
  if (closedAt !== null)
    events.push(
      timelineEvent(closedAt, 'system', 'order.closed', '订单关闭，库存退回 Order closed, stock given back'),
    );
  return events;
}

export function paymentEvents(payment: Payment): TimelineEvent[] {
  const { id: paymentId, outTradeNo, tradeType, amountFen, createdAt, prepaidAt, failure, paidAt } = payment;
  const known = { paymentId, outTradeNo };
  const events = [
    timelineEvent(createdAt, 'buyer', 'payment.created', '发起支付 Payment started', {
      ...known,
      tradeType,
      amountFen,
    }),
  ];
  if (prepaidAt !== null)
    events.push(
      timelineEvent(prepaidAt, 'wechat', 'payment.prepaid', '微信受理下单 WeChat accepts the prepay', known),
    );
  if (failure !== null)
    events.push(
      timelineEvent(createdAt, 'wechat', 'payment.refused', '微信拒绝下单 WeChat refuses the prepay', {
        ...known,
        ...failure,
      }),
    );
  if (paidAt !== null)
    events.push(
      timelineEvent(
        notBefore(paidAt, prepaidAt ?? createdAt),
        'wechat',
        'payment.paid',
        '微信支付成功 Paid at WeChat',
        { ...known, transactionId: payment.transactionId, amountFen },
      ),
    );
  return events;
}

export function notificationEvent(notification: NotificationHead): TimelineEvent {
  const { id: notificationId, kind, verdict, reason, receivedAt } = notification;
  return timelineEvent(receivedAt, 'wechat', `notification.${verdict.toLowerCase()}`, VERDICTS[verdict], {
    notificationId,
    kind,
    ...(reason !== null && { reason }),
  });
}

export function suspenseEvent(item: SuspenseItem): TimelineEvent {
  const { id: suspenseId, kind, amountFen, transactionId, createdAt } = item;
  return timelineEvent(createdAt, 'system', 'suspense.opened', SUSPENSE[kind], {
    suspenseId,
    kind,
    amountFen,
    transactionId,
  });
}
