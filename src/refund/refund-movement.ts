import { toFen } from '../common/fen.js';
import type { LedgerAccount } from '../ledger/ledger-entry.entity.js';
import type { Movement } from '../ledger/ledger.service.js';
import type { RefundResult } from '../wxpay/protocol.js';
import type { LockedRefund } from './locked-refund.js';

/** The buyer is owed less, and WeChat owes the merchant less; the journal hears of it only when it is true (M-29). */
export function refundMovement(
  locked: LockedRefund,
  { settlementFen }: RefundResult,
  bookedAt: Date,
): Movement {
  const { refund } = locked;
  const booking: Pick<Movement, 'kind' | 'currency'> & { from: LedgerAccount } =
    locked.purpose === 'ORDER'
      ? { kind: 'REFUND_PAID', currency: 'CNY', from: 'CUSTOMER_DEPOSITS' }
      : {
          kind: 'SUSPENSE_RETURNED',
          currency: locked.item.currency,
          from: locked.item.acceptedAt === null ? 'SUSPENSE' : 'OTHER_INCOME',
        };
  return {
    kind: booking.kind,
    subjectId: refund.id,
    merchantAccount: refund.accountId,
    currency: booking.currency,
    bookedAt,
    lines: [
      { account: booking.from, amountFen: refund.amountFen },
      { account: 'WECHAT_RECEIVABLE', amountFen: toFen(-settlementFen) },
      { account: 'WECHAT_COUPON_DISCOUNT', amountFen: toFen(settlementFen - refund.amountFen) },
    ],
  };
}
