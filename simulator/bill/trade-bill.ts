import { chinaDateTimeWithDashes } from '../trade/china-time.js';
import type { BillRefund, BillRow } from './bill-row.js';
import { billFile, summaryCount, summaryYuan, yuan } from './csv.js';

export type BillType = 'ALL' | 'SUCCESS' | 'REFUND' | 'RECHARGE_REFUND';
/** Merchants without the coupon settlement change still get the old one. */
export type BillLayout = 'current' | 'old';

interface Column {
  /** Header in the current layout, in the old one when that differs; null: not there. */
  name: string;
  old?: string | null;
  /** Only in bills of these types. */
  in?: BillType[];
  value: (row: BillRow) => string;
}

const WITH_REFUNDS: BillType[] = ['ALL', 'REFUND', 'RECHARGE_REFUND'];
const REFUNDS_ONLY: BillType[] = ['REFUND', 'RECHARGE_REFUND'];

/** A cell about the refund; payments have `none` there. */
function ofRefund(value: (refund: BillRefund) => string, none: string): (row: BillRow) => string {
  return ({ refund }) => (refund ? value(refund) : none);
}

/** Every column of every layout, in their order (protocol notes §1.10). */
const COLUMNS: Column[] = [
  { name: '交易时间', value: (row) => chinaDateTimeWithDashes(row.at) },
  { name: '公众账号ID', value: (row) => row.appId },
  { name: '商户号', value: (row) => row.mchId },
  { name: '特约商户号', value: () => '0' },
  { name: '设备号', value: (row) => row.deviceInfo },
  { name: '微信订单号', value: (row) => row.transactionId },
  { name: '商户订单号', value: (row) => row.outTradeNo },
  { name: '用户标识', value: (row) => row.openid },
  { name: '交易类型', value: (row) => row.tradeType },
  { name: '交易状态', value: (row) => (row.refund ? 'REFUND' : 'SUCCESS') },
  { name: '付款银行', value: (row) => row.bankType },
  { name: '货币种类', value: (row) => row.feeType },
  { name: '应结订单金额', old: '总金额', value: (row) => yuan(row.settlementFen) },
  { name: '代金券金额', old: '代金券或立减优惠金额', value: (row) => yuan(row.couponFen) },
  { name: '退款申请时间', in: REFUNDS_ONLY, value: (row) => chinaDateTimeWithDashes(row.at) },
  { name: '退款成功时间', in: REFUNDS_ONLY, value: ofRefund(successTime, '') },
  { name: '微信退款单号', in: WITH_REFUNDS, value: ofRefund((refund) => refund.refundId, '0') },
  { name: '商户退款单号', in: WITH_REFUNDS, value: ofRefund((refund) => refund.outRefundNo, '0') },
  {
    name: '退款金额',
    in: WITH_REFUNDS,
    value: ofRefund((refund) => yuan(refund.settlementRefundFen), '0.00'),
  },
  {
    name: '充值券退款金额',
    old: '代金券或立减优惠退款金额',
    in: WITH_REFUNDS,
    value: ofRefund((refund) => yuan(refund.couponRefundFen), '0.00'),
  },
  { name: '退款类型', in: WITH_REFUNDS, value: ofRefund(() => 'ORIGINAL', '') },
  { name: '退款状态', in: WITH_REFUNDS, value: ofRefund((refund) => refund.status, '') },
  { name: '商品名称', value: (row) => row.description },
  { name: '商户数据包', value: (row) => row.attach },
  { name: '手续费', value: (row) => yuan(row.feeFen, 5) },
  { name: '费率', value: () => '0.60%' },
  { name: '订单金额', old: null, value: (row) => yuan(row.totalFen) },
  {
    name: '申请退款金额',
    old: null,
    in: WITH_REFUNDS,
    value: ofRefund((refund) => yuan(refund.refundFen), '0.00'),
  },
  { name: '费率备注', old: null, value: () => '' },
];

const SUMMARIES: { name: string; old?: string | null; value: (rows: BillRow[]) => string }[] = [
  { name: '总交易单数', value: (rows) => summaryCount(rows.length) },
  { name: '应结订单总金额', old: '总交易额', value: total((row) => row.settlementFen) },
  { name: '退款总金额', old: '总退款金额', value: total((row) => row.refund?.settlementRefundFen ?? 0) },
  {
    name: '充值券退款总金额',
    old: '总代金券或立减优惠退款金额',
    value: total((row) => row.refund?.couponRefundFen ?? 0),
  },
  { name: '手续费总金额', value: total((row) => row.feeFen) },
  { name: '订单总金额', old: null, value: total((row) => row.totalFen) },
  { name: '申请退款总金额', old: null, value: total((row) => row.refund?.refundFen ?? 0) },
];

/** The rows that belong into a bill of this type. */
export function rowsOf(rows: BillRow[], type: BillType): BillRow[] {
  switch (type) {
    case 'ALL':
      return rows;
    case 'SUCCESS':
      return rows.filter(({ refund }) => !refund);
    case 'REFUND':
      return rows.filter(({ refund }) => refund);
    case 'RECHARGE_REFUND':
      return rows.filter(({ refund }) => refund?.isFromRecharge);
  }
}

/** The trade bill as WeChat's file: UTF-8 text. `rows` are those of the type. */
export function tradeBill(rows: BillRow[], type: BillType, layout: BillLayout): string {
  const isIn = (column: { old?: string | null; in?: BillType[] }): boolean =>
    (column.in?.includes(type) ?? true) && !(layout === 'old' && column.old === null);
  const titleOf = ({ name, old }: { name: string; old?: string | null }): string =>
    layout === 'old' ? (old ?? name) : name;
  const columns = COLUMNS.filter(isIn);
  const summaries = SUMMARIES.filter(isIn);
  return billFile(
    columns.map(titleOf),
    rows.map((row) => columns.map(({ value }) => value(row))),
    summaries.map(titleOf),
    summaries.map(({ value }) => value(rows)),
  );
}

function total(part: (row: BillRow) => number): (rows: BillRow[]) => string {
  return (rows) => summaryYuan(rows.reduce((sum, row) => sum + part(row), 0));
}

function successTime({ succeededAt }: BillRefund): string {
  return succeededAt === undefined ? '' : chinaDateTimeWithDashes(succeededAt);
}
