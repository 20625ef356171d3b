import { feeOf, type BillRow } from './bill-row.js';

/** A row that WeChat has and the merchant does not know. Amounts in fen. */
export interface ExtraRow {
  transactionId: string;
  outTradeNo: string;
  amountFen: number;
  feeFen?: number | undefined;
  /** Makes it a refund's row. */
  refundId?: string | undefined;
  outRefundNo?: string | undefined;
}

/** How a bill differs from the truth, so that a reconciliation has something to find. */
export interface Tampering {
  /** transaction_id of payments and refund_id of refunds that are missing. */
  omit: string[];
  alter: { transactionId: string; amountFen?: number | undefined; feeFen?: number | undefined }[];
  extra: ExtraRow[];
}

/** The rows with what a tester wants to be different. `at`: when the extra rows happened, ms. */
export function tampered(
  rows: BillRow[],
  { omit, alter, extra }: Tampering,
  owner: { mchId: string; appId: string; at: number },
): BillRow[] {
  const kept = rows.filter((row) => !omit.includes(idOf(row)));
  const altered = kept.map((row) => {
    const change = alter.find(({ transactionId }) => transactionId === idOf(row));
    return change ? changed(row, change) : row;
  });
  return [...altered, ...extra.map((each) => extraRow(each, owner))];
}

/** What WeChat calls this row's money movement. */
function idOf({ transactionId, refund }: BillRow): string {
  return refund?.refundId ?? transactionId;
}

function changed(row: BillRow, { amountFen, feeFen = row.feeFen }: Tampering['alter'][number]): BillRow {
  if (amountFen === undefined) return { ...row, feeFen };
  if (!row.refund) return { ...row, feeFen, totalFen: amountFen, settlementFen: amountFen };
  const refund = { ...row.refund, refundFen: amountFen, settlementRefundFen: amountFen };
  return { ...row, feeFen, refund };
}

function extraRow(
  extra: ExtraRow,
  { mchId, appId, at }: { mchId: string; appId: string; at: number },
): BillRow {
  const { transactionId, outTradeNo, amountFen, refundId, outRefundNo = 'EXTRA' } = extra;
  const order = {
    at,
    appId,
    mchId,
    deviceInfo: '',
    transactionId,
    outTradeNo,
    openid: 'oExtra',
    tradeType: 'JSAPI',
    bankType: 'OTHERS',
    feeType: 'CNY',
    couponFen: 0,
    description: '额外',
    attach: '',
  };
  if (refundId === undefined) {
    const feeFen = extra.feeFen ?? feeOf(amountFen);
    return { ...order, totalFen: amountFen, settlementFen: amountFen, feeFen };
  }
  const refund = {
    refundId,
    outRefundNo,
    refundFen: amountFen,
    settlementRefundFen: amountFen,
    couponRefundFen: 0,
    status: 'SUCCESS',
    isFromRecharge: false,
    succeededAt: at,
  };
  return { ...order, totalFen: 0, settlementFen: 0, feeFen: extra.feeFen ?? -feeOf(amountFen), refund };
}
