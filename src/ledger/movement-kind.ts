import type { LedgerAccount } from './ledger-entry.entity.js';

/**
 * Every reason for which money moves, with the accounts it may touch; `npm run ledger:verify` holds the journal to it.
 * What a movement is booked under (`subjectId`) is the row that explains it.
 */
export const MOVEMENT_ACCOUNTS = {
  /** An order is paid. Subject: the payment. */
  PAYMENT_RECEIVED: ['WECHAT_RECEIVABLE', 'WECHAT_COUPON_DISCOUNT', 'CUSTOMER_DEPOSITS'],
  /** An order's money went back. Subject: the refund. */
  REFUND_PAID: ['CUSTOMER_DEPOSITS', 'WECHAT_RECEIVABLE', 'WECHAT_COUPON_DISCOUNT'],
  /** Money arrived wrongly. Subject: the suspense item. */
  SUSPENSE_RECEIVED: ['WECHAT_RECEIVABLE', 'WECHAT_COUPON_DISCOUNT', 'SUSPENSE'],
  /** It went back; out of other income if it had been accepted meanwhile. Subject: the refund. */
  SUSPENSE_RETURNED: ['SUSPENSE', 'OTHER_INCOME', 'WECHAT_RECEIVABLE', 'WECHAT_COUPON_DISCOUNT'],
  /** The shop keeps it. Subject: the suspense item. */
  SUSPENSE_ACCEPTED: ['SUSPENSE', 'OTHER_INCOME'],
  /** WeChat's fee for a payment, less what it gives back for refunds. Subject: what the bill names. */
  FEE_CHARGED: ['FEES', 'WECHAT_RECEIVABLE'],
  /** WeChat paid out to the bank account. Subject: the settlement. */
  SETTLED_TO_BANK: ['SETTLED_CASH', 'WECHAT_RECEIVABLE'],
} as const satisfies Record<string, readonly LedgerAccount[]>;

export type MovementKind = keyof typeof MOVEMENT_ACCOUNTS;
