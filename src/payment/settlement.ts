import type { Movement } from '../ledger/ledger.service.js';
import { toFen, type Fen } from '../common/fen.js';
import type { Settings } from '../config/settings.js';
import type { OrderStatus } from '../order/order.status.js';
import type { PaidTransaction } from '../wxpay/protocol.js';
import type { PaymentStatus } from './payment.status.js';
import type { SuspenseKind } from './suspense-item.entity.js';

/** The locked rows a decision is made from. */
export interface SettlementSubject {
  payment: {
    id: string;
    status: PaymentStatus;
    accountId: string;
    appId: string;
    amountFen: Fen;
    currency: string;
    transactionId: string | null;
  };
  order: { id: string; status: OrderStatus; payableFen: Fen; hasCoupon: boolean };
}

export type SettlementVerdict = 'SETTLED' | 'DUPLICATE' | 'FOREIGN' | SuspenseKind;

/**
 * Decides what a payment that WeChat reports means for the order (DESIGN §2.8, §2.9, §3). Pure: no clock, no database.
 *
 * - `SETTLED`: the attempt was open, the order waits for payment, the amount is exact: the order is paid.
 * - `DUPLICATE`: already known; nothing changes.
 * - `FOREIGN`: the number is ours but the account or app is another's; believed by nobody.
 * - everything else is real money in the wrong place and goes to suspense; the order stays as it is.
 */
export function judge(paid: PaidTransaction, subject: SettlementSubject | undefined): SettlementVerdict {
  if (subject === undefined) return 'UNKNOWN_ORDER';
  const { payment, order } = subject;
  if (paid.accountId !== payment.accountId || paid.appId !== payment.appId) return 'FOREIGN';
  if (payment.status === 'SUCCESS')
    return payment.transactionId === paid.transactionId ? 'DUPLICATE' : 'DOUBLE';
  if (paid.totalFen !== payment.amountFen || paid.currency !== payment.currency) return 'WRONG_AMOUNT';
  if (order.status !== 'PENDING_PAYMENT') return order.status === 'CLOSED' ? 'LATE' : 'DOUBLE';
  // WeChat confirmed that this attempt was closed or refused, so another may be open: the order waits for that one.
  if (payment.status !== 'CREATED' && payment.status !== 'PREPAID') return 'LATE';
  return 'SETTLED';
}

/**
 * Whether money goes back without a person: late and double payments, where the shop has not asked to hold them. Never a
 * wrong amount, and never an unknown order: the merchant number may be shared with another system, whose money it then is
 * (DESIGN §6.10).
 */
export function returnsByItself(
  verdict: SettlementVerdict,
  { suspense }: Pick<Settings, 'suspense'>,
): boolean {
  return (
    (verdict === 'LATE' && suspense.late === 'return') ||
    (verdict === 'DOUBLE' && suspense.double === 'return')
  );
}

/** What WeChat now owes the merchant stands against what the merchant owes: goods to the buyer, or an answer (suspense). */
export function paymentMovement(
  kind: Movement['kind'],
  subjectId: string,
  paid: PaidTransaction,
  bookedAt: Date,
): Movement {
  return {
    kind,
    subjectId,
    merchantAccount: paid.accountId,
    currency: paid.currency,
    bookedAt,
    lines: [
      { account: 'WECHAT_RECEIVABLE', amountFen: paid.settlementFen },
      { account: 'WECHAT_COUPON_DISCOUNT', amountFen: toFen(paid.totalFen - paid.settlementFen) },
      {
        account: kind === 'PAYMENT_RECEIVED' ? 'CUSTOMER_DEPOSITS' : 'SUSPENSE',
        amountFen: toFen(-paid.totalFen),
      },
    ],
  };
}
