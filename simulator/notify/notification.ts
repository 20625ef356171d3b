export type NotificationKind = 'payment' | 'refund';

/**
 * How one attempt ended: delivered (HTTP 200 and SUCCESS in the answer; V3: HTTP 200 or 204; V1: HTTP 200 and
 * `success`), rejected (any other answer), timeout (no
 * answer within 5 s), unreachable (no connection), or lost by a fault: dropped before it was sent, reset after it
 * was sent but before the answer was read. A probe ends as refused (any answer but 2xx) or, which is a merchant's
 * mistake, accepted.
 */
export type AttemptOutcome =
  | 'delivered'
  | 'rejected'
  | 'timeout'
  | 'unreachable'
  | 'dropped'
  | 'reset'
  | 'probeRefused'
  | 'probeAccepted';

/** One delivery attempt. Times are ms on the simulator's clock. */
export interface Attempt {
  /** A probe has a wrong signature on purpose (protocol notes §2.2) and counts for nothing. */
  kind: 'delivery' | 'probe';
  /** The moment of the schedule this attempt stands for. */
  at: number;
  /** When it was really sent; later than `at` after a jump of the clock or a restart. */
  sentAt: number;
  /** Somebody asked for it beyond the schedule. */
  resend: boolean;
  outcome: AttemptOutcome;
  /** Wall time, milliseconds. */
  durationMs: number;
  /** Only when it differs from the notification's body (a spoilt signature). */
  requestBody?: string;
  /** V3: the headers that made it WeChat's. */
  signature?: Record<string, string>;
  status?: number;
  answerBody?: string;
  error?: string;
}

/** A message WeChat owes the merchant. */
export interface Notification {
  id: string;
  kind: NotificationKind;
  mchId: string;
  outTradeNo: string;
  outRefundNo?: string;
  url: string;
  protocol: 'v1' | 'v2' | 'v3';
  contentType: string;
  /** V2's is signed in itself, V1's in the address as well; V3's is signed each time it is sent. */
  body: string;
  createdAt: number;
  status: 'pending' | 'delivered' | 'failed';
  /** Attempts by the schedule so far; a duplicate counts once, a resend not at all. */
  scheduledAttempts: number;
  /** When pending: the moment of the next attempt on the simulator's clock. */
  nextAttemptAt?: number;
  attempts: Attempt[];
}

/** Seconds from each failed attempt to the next (protocol notes §1.12): 15 retries over 24 h 4 min. */
const RETRY_AFTER_SECONDS = [
  15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10_800, 10_800, 10_800, 21_600, 21_600,
];
/** V1: eight tries in half an hour (§4.3); how they lie in it is a guess. */
const V1_RETRY_AFTER_SECONDS = [15, 15, 30, 180, 300, 600, 600];

/** When a failed attempt is followed by another; `failed`: how many there were before it. */
export function retryAfterSeconds(protocol: Notification['protocol'], failed: number): number | undefined {
  return (protocol === 'v1' ? V1_RETRY_AFTER_SECONDS : RETRY_AFTER_SECONDS)[failed];
}
