import type { Attempt, Notification } from '../notify/notification.js';
import { paperOf } from '../printer/paper.js';
import type { Print } from '../printer/printer-cloud.js';
import type { Refund } from '../trade/refund.js';
import { tradeState, type Transaction } from '../trade/transaction.js';

/** ISO 8601 in UTC+8, like everything WeChat shows. `at`: ms since 1970. */
export function isoTime(at: number): string {
  return new Date(at + 8 * 3_600_000).toISOString().replace('Z', '+08:00');
}

function optionalTime(at: number | undefined): string | undefined {
  return at === undefined ? undefined : isoTime(at);
}

export function transactionView(transaction: Transaction): object {
  const {
    payment,
    prepays,
    timeline,
    fingerprint: _,
    namesSignType: __,
    hasRefund: ___,
    ...rest
  } = transaction;
  return {
    ...rest,
    tradeState: tradeState(transaction),
    transactionId: payment?.transactionId,
    createdAt: isoTime(transaction.createdAt),
    expiresAt: isoTime(transaction.expiresAt),
    closedAt: optionalTime(transaction.closedAt),
    paidAt: optionalTime(payment?.paidAt),
    openid: payment?.openid ?? transaction.openid,
    prepayIds: prepays.map((prepay) => prepay.prepayId),
    codeUrls: prepays.flatMap((prepay) => prepay.codeUrl ?? []),
    mwebUrls: prepays.flatMap((prepay) => prepay.mwebUrl ?? []),
    payment: payment && { ...payment, paidAt: isoTime(payment.paidAt) },
    timeline: timeline.map((entry) => ({ ...entry, at: isoTime(entry.at) })),
  };
}

export function refundView(refund: Refund): object {
  return {
    ...refund,
    createdAt: isoTime(refund.createdAt),
    resultAt: optionalTime(refund.resultAt),
    concludedAt: optionalTime(refund.concludedAt),
  };
}

export function printView(print: Print): object {
  return {
    ...print,
    at: isoTime(print.at),
    printedAt: optionalTime(print.printedAt),
    paper: paperOf(print.content),
  };
}

export function notificationView(notification: Notification): object {
  const { attempts, scheduledAttempts: _, nextAttemptAt, ...rest } = notification;
  return {
    ...rest,
    createdAt: isoTime(notification.createdAt),
    nextAttemptAt: optionalTime(nextAttemptAt),
    attempts: attempts.map((attempt) => attemptView(attempt, notification.body)),
  };
}

function attemptView(attempt: Attempt, body: string): object {
  return { requestBody: body, ...attempt, at: isoTime(attempt.at), sentAt: isoTime(attempt.sentAt) };
}
