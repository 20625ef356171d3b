import type { Transitions } from '../common/transitions.js';

export const REFUND_STATUSES = [
  'REQUESTED',
  'REJECTED',
  'WITHDRAWN',
  'APPROVED',
  'PROCESSING',
  'SUCCESS',
  'ABNORMAL',
  'CLOSED',
  'FAILED',
] as const;
export type RefundStatus = (typeof REFUND_STATUSES)[number];
export type RefundEvent =
  | 'approved'
  | 'rejected'
  | 'withdrawn'
  | 'sent'
  | 'succeeded'
  | 'bankRefused'
  | 'closed'
  | 'failed'
  | 'retried';

/**
 * The life of a refund (DESIGN §3). `PROCESSING` is reached before the first byte goes to WeChat and left only by
 * WeChat's word: a timeout moves nothing (M-13), acceptance is not success (M-22), nothing closes by itself (M-21).
 * The same table stands in the database as a trigger.
 */
export const REFUND_TRANSITIONS: Transitions<RefundStatus, RefundEvent> = {
  REQUESTED: { APPROVED: 'approved', REJECTED: 'rejected', WITHDRAWN: 'withdrawn' },
  REJECTED: {},
  WITHDRAWN: {},
  APPROVED: { PROCESSING: 'sent' },
  PROCESSING: { SUCCESS: 'succeeded', ABNORMAL: 'bankRefused', CLOSED: 'closed', FAILED: 'failed' },
  SUCCESS: {},
  ABNORMAL: { PROCESSING: 'retried', SUCCESS: 'succeeded', CLOSED: 'closed' },
  CLOSED: {},
  FAILED: { PROCESSING: 'retried', SUCCESS: 'succeeded' },
};

/** These hold their amount: it is on its way back, or may still be. The others have given it back to what is refundable (M-20). */
export const LIVE_STATUSES: readonly RefundStatus[] = [
  'REQUESTED',
  'APPROVED',
  'PROCESSING',
  'SUCCESS',
  'ABNORMAL',
];
