import type { Person, Refund } from '../../refund/refund.entity.js';
import type { Column, Language } from './csv.js';
import { time } from './order-csv.js';
import { REFUND_WORDS } from './state-words.js';

export interface RefundLine {
  refund: Refund;
  /** Of the order it belongs to; money in suspense may belong to none. */
  orderNo: string;
}

export const REFUND_COLUMNS: readonly Column<RefundLine>[] = [
  { head: { zh: '退款单号', en: 'refund no' }, cell: ({ refund }) => refund.refundNo },
  { head: { zh: '订单号', en: 'order no' }, cell: ({ orderNo }) => orderNo },
  {
    head: { zh: '状态', en: 'status' },
    cell: ({ refund }, language) => REFUND_WORDS[refund.status][language],
  },
  { head: { zh: '金额（元）', en: 'amount (yuan)' }, cell: ({ refund }) => ({ fen: refund.amountFen }) },
  { head: { zh: '原因', en: 'reason' }, cell: ({ refund }) => refund.reason },
  {
    head: { zh: '申请人', en: 'requested by' },
    cell: ({ refund }, language) => nameOf(refund.requestedBy, language),
  },
  { head: { zh: '申请时间', en: 'requested at' }, cell: ({ refund }) => time(refund.createdAt) },
  {
    head: { zh: '审核人', en: 'reviewed by' },
    cell: ({ refund }, language) => nameOf(refund.reviewedBy, language),
  },
  { head: { zh: '审核时间', en: 'reviewed at' }, cell: ({ refund }) => time(refund.reviewedAt) },
  { head: { zh: '审核说明', en: 'note' }, cell: ({ refund }) => refund.reviewNote ?? '' },
  { head: { zh: '到账时间', en: 'refunded at' }, cell: ({ refund }) => time(refund.succeededAt) },
  { head: { zh: '微信退款单号', en: 'WeChat refund id' }, cell: ({ refund }) => refund.refundId ?? '' },
  { head: { zh: '商户账户', en: 'merchant account' }, cell: ({ refund }) => refund.accountId },
];

/** A rule of the shop's has an English name only. */
function nameOf(person: Person | null, language: Language): string {
  if (person === null) return '';
  return person.kind === 'policy' && language === 'zh' ? '自动规则' : person.name;
}
