import { toBeijingIso } from '../common/time/beijing-time.js';
import type { Refund, RefundItem } from './refund.entity.js';
import type { ReviewAnswer } from './refund.policy.js';
import type { RefundView, StaffRefundRow, StaffRefundView } from './refund.schema.js';
import type { RefundSums } from './refund-sums.js';
import type { RefundUnderReview } from './refund-under-review.js';

/** The refund as its buyer sees it: the shop's people without their names. */
export function refundView(refund: Refund): RefundView {
  return {
    id: refund.id,
    refundNo: refund.refundNo,
    purpose: refund.suspenseId === null ? 'ORDER' : 'SUSPENSE',
    ...(refund.orderId !== null && { orderId: refund.orderId }),
    ...(refund.suspenseId !== null && { suspenseId: refund.suspenseId }),
    status: refund.status,
    amountFen: refund.amountFen,
    reason: refund.reason,
    ...(refund.items && { items: refund.items.map(itemView) }),
    requestedBy: anonymous(refund.requestedBy),
    ...(refund.reviewedBy && { reviewedBy: anonymous(refund.reviewedBy) }),
    ...(refund.reviewNote !== null && { reviewNote: refund.reviewNote }),
    ...(refund.refundId !== null && { refundId: refund.refundId }),
    ...(refund.failure && { failure: refund.failure }),
    createdAt: toBeijingIso(refund.createdAt),
    ...(refund.reviewedAt && { reviewedAt: toBeijingIso(refund.reviewedAt) }),
    ...(refund.succeededAt && { succeededAt: toBeijingIso(refund.succeededAt) }),
  };
}

/** Among staff people have names. */
export function refundWithNames(refund: Refund): RefundView {
  const { requestedBy, reviewedBy } = refund;
  return { ...refundView(refund), requestedBy, ...(reviewedBy && { reviewedBy }) };
}

/** As the staff's list shows it, beside what else goes back of its order. */
export function staffRefundRow(
  refund: Refund,
  { refundableFen, pendingFen }: Pick<RefundSums, 'refundableFen' | 'pendingFen'>,
  needsSingle: boolean,
): StaffRefundRow {
  return {
    ...refundWithNames(refund),
    ...(refundableFen !== null && { refundableFen }),
    ...(pendingFen !== null && { pendingFen }),
    needsSingle,
  };
}

export function staffRefundView(
  { refund, approvals }: RefundUnderReview,
  answer: ReviewAnswer,
): StaffRefundView {
  const guidance = guidanceFor(refund);
  return {
    ...refundWithNames(refund),
    restock: refund.restock,
    ...(refund.waiting && { waiting: refund.waiting }),
    ...(guidance !== undefined && { guidance }),
    calls: refund.calls,
    ...(refund.nextCheckAt && { nextCheckAt: toBeijingIso(refund.nextCheckAt) }),
    approvals: approvals.map(({ operatorId, operatorName, note, approvedAt }) => ({
      operatorId,
      name: operatorName,
      ...(note !== null && { note }),
      approvedAt: toBeijingIso(approvedAt),
    })),
    approvalsNeeded: refund.status === 'REQUESTED' ? Math.max(answer.approvalsNeeded, 0) : 0,
    review: answer.allowed ? { allowed: true } : { allowed: false, code: answer.code, why: answer.why },
  };
}

/** What the person at the desk should do; in Chinese first, as everything staff read. */
function guidanceFor({ status, waiting, suspenseId }: Refund): string | undefined {
  if (status === 'ABNORMAL') {
    return '用户的银行卡已注销或冻结，款项退回商户。请用“异常退款”改退至买家其他银行卡（API v3），或在微信支付商户平台处理。 The buyer’s bank refused; the money lies with the merchant. Send it to another card (API v3), or handle it in the merchant platform.';
  }
  if (waiting?.code === 'NOTENOUGH') {
    return '商户可用余额不足，充值后会自动重试（也可立即重试，单号不变）。 Not enough balance: top up; it is retried under the same number.';
  }
  if (waiting?.code === 'MERCHANT_ACCOUNT_REMOVED') {
    return '服务配置中没有这笔款项的商户号账户，恢复配置后会自动继续。 The merchant account is not in the settings: put it back, and it goes on by itself.';
  }
  if (status === 'FAILED') {
    return '微信没有退这笔款，原因见“微信的最终答复”；这笔金额已不再占用。排除原因后可用原单号重试，不会退两次。 WeChat did not refund this, its final word says why; the amount is held no longer. Mend the cause, then retry under the same number: it cannot refund twice.';
  }
  if (status === 'CLOSED') {
    return suspenseId === null
      ? '微信关闭了这笔退款，买家没有收到钱。请与买家核对后，在订单页重新申请退款。 WeChat closed it, the buyer has no money. Agree with the buyer, then ask for a new refund on the order’s page.'
      : '微信关闭了这笔退款，买家没有收到钱。请在“待处理款项”里重新决定。 WeChat closed it, the buyer has no money. Decide again in suspense.';
  }
  return undefined;
}

function itemView({
  productId,
  name,
  unitPriceFen,
  quantity,
  payableFen,
}: RefundItem): NonNullable<RefundView['items']>[number] {
  return { productId, name, unitPriceFen, quantity, payableFen };
}

function anonymous({ kind }: Refund['requestedBy']): RefundView['requestedBy'] {
  return { kind, id: '', name: kind === 'buyer' ? '买家 buyer' : '商家 shop' };
}
