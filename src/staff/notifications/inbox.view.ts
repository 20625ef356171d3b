import { createHash } from 'node:crypto';
import { toBeijingIso } from '../../common/time/beijing-time.js';
import type { Notification } from '../../notify/notification.entity.js';
import { maskMessage, maskQuery } from '../masked.js';
import type { InboxDetail, InboxRow } from './inbox.schema.js';

/** What a list reads of a notification: everything but its bytes, which may be a megabyte. */
export type NotificationHead = Omit<Notification, 'query' | 'body' | 'bodySha256'>;

export function inboxRow(notification: NotificationHead): InboxRow {
  const { reason, sourceIp, outTradeNo, transactionId, orderId, paymentId, refundId } = notification;
  return {
    id: notification.id,
    account: notification.accountId,
    kind: notification.kind,
    receivedAt: toBeijingIso(notification.receivedAt),
    verdict: notification.verdict,
    ...(reason !== null && { reason }),
    verified: notification.verified,
    ...(sourceIp !== null && { sourceIp }),
    ...(outTradeNo !== null && { outTradeNo }),
    ...(transactionId !== null && { transactionId }),
    ...(orderId !== null && { orderId }),
    ...(paymentId !== null && { paymentId }),
    ...(refundId !== null && { refundId }),
  };
}

export function inboxDetail(notification: Notification): InboxDetail {
  const { query, body, bodySha256 } = notification;
  return {
    ...inboxRow(notification),
    ...(query !== null && { query: maskQuery(query) }),
    body: maskMessage(body.toString()),
    bodyComplete: createHash('sha256').update(body).digest().equals(bodySha256),
    bodySha256: bodySha256.toString('hex'),
    replayable: notification.verified && notification.kind !== 'MESSAGE',
  };
}
