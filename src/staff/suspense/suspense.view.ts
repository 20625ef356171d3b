import { toBeijingIso } from '../../common/time/beijing-time.js';
import type { SuspenseItem } from '../../payment/suspense-item.entity.js';
import type { Refund } from '../../refund/refund.entity.js';
import { maskFields } from '../masked.js';
import type { SuspenseDetail, SuspenseRow } from './suspense.schema.js';

export function suspenseRow(item: SuspenseItem): SuspenseRow {
  const { orderId, paymentId, expectedFen } = item;
  return {
    id: item.id,
    kind: item.kind,
    status: item.status,
    account: item.accountId,
    mchId: item.mchId,
    outTradeNo: item.outTradeNo,
    transactionId: item.transactionId,
    ...(orderId !== null && { orderId }),
    ...(paymentId !== null && { paymentId }),
    amountFen: item.amountFen,
    currency: item.currency,
    ...(expectedFen !== null && { expectedFen }),
    createdAt: toBeijingIso(item.createdAt),
  };
}

export function suspenseDetail(item: SuspenseItem, returns: readonly Refund[]): SuspenseDetail {
  const { returnAt, acceptedBy, acceptNote, acceptedAt } = item;
  return {
    ...suspenseRow(item),
    ...(returnAt && { returnAt: toBeijingIso(returnAt) }),
    returns: returns.map(({ id, refundNo, status, amountFen, reason, requestedBy, failure }) => ({
      id,
      refundNo,
      status,
      amountFen,
      reason,
      requestedBy: requestedBy.name,
      ...(failure && { failure: `${failure.code} ${failure.message}` }),
    })),
    ...(acceptedBy &&
      acceptedAt && {
        accepted: { by: acceptedBy.name, note: acceptNote ?? '', at: toBeijingIso(acceptedAt) },
      }),
    evidence: maskFields(item.evidence),
  };
}
