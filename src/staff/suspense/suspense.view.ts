import { toBeijingIso } from '../../common/time/beijing-time.js';
import type { SuspenseItem } from '../../payment/suspense-item.entity.js';
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

export function suspenseDetail(item: SuspenseItem): SuspenseDetail {
  return { ...suspenseRow(item), evidence: maskFields(item.evidence) };
}
