import { chinaDateTimeWithDashes } from '../trade/china-time.js';
import type { BillRow } from './bill-row.js';
import { billFile, summaryCount, summaryYuan, yuan } from './csv.js';

const HEADER = [
  '记账时间',
  '微信支付业务单号',
  '资金流水单号',
  '业务名称',
  '业务类型',
  '收支类型',
  '收支金额(元)',
  '账户结余(元)',
  '资金变更提交申请人',
  '备注',
  '业务凭证号',
];
const SUMMARY = ['资金流水总笔数', '收入笔数', '收入金额', '支出笔数', '支出金额'];

/** One movement of the merchant's basic account; negative fen leave it. */
interface Movement {
  at: number;
  businessNo: string;
  name: string;
  type: string;
  fen: number;
  note: string;
  voucher: string;
}

/**
 * The fund flow bill of the basic account (protocol notes §1.10): UTF-8 text. `earlier` are the rows of all days
 * before, which the balance comes from; `flows` come on top.
 */
export function fundFlow(rows: BillRow[], earlier: BillRow[], flows: ExtraFlow[] = []): string {
  let balance = sum(earlier.flatMap(movements));
  const list = [...rows.flatMap(movements), ...flows.map((flow) => ofNoTrade(flow, rows))];
  const cells = list.map((movement, index) => {
    balance += movement.fen;
    return [
      chinaDateTimeWithDashes(movement.at),
      movement.businessNo,
      `${movement.businessNo}${String(index).padStart(4, '0')}`,
      movement.name,
      movement.type,
      movement.fen < 0 ? '支出' : '收入',
      yuan(Math.abs(movement.fen)),
      yuan(balance),
      'system',
      movement.note,
      movement.voucher,
    ];
  });
  const income = list.filter(({ fen }) => fen >= 0);
  const expense = list.filter(({ fen }) => fen < 0);
  return billFile(HEADER, cells, SUMMARY, [
    summaryCount(list.length),
    summaryCount(income.length),
    summaryYuan(sum(income)),
    summaryCount(expense.length),
    summaryYuan(-sum(expense)),
  ]);
}

/** A movement that no payment or refund explains: a withdrawal (提现), or one that should not be there. */
export interface ExtraFlow {
  businessNo: string;
  /** What WeChat calls it, e.g. 提现. */
  name: string;
  /** Negative fen leave the account. */
  fen: number;
}

function ofNoTrade({ businessNo, name, fen }: ExtraFlow, rows: BillRow[]): Movement {
  return { at: rows.at(-1)?.at ?? 0, businessNo, name, type: name, fen, note: '', voucher: '' };
}

/** A payment and its fee are two movements; a refund is one, less the fee that comes back. */
function movements(row: BillRow): Movement[] {
  const { at, refund, feeFen } = row;
  if (refund) {
    const { refundId, outRefundNo, settlementRefundFen } = refund;
    const note = `退款总金额${yuan(refund.refundFen)}元;含手续费${yuan(-feeFen)}元`;
    const fen = -(settlementRefundFen + feeFen);
    return [{ at, businessNo: refundId, name: '退款', type: '退款', fen, note, voucher: outRefundNo }];
  }
  const order = { at, businessNo: row.transactionId, type: '交易', voucher: row.outTradeNo };
  const payment = { ...order, name: '交易', fen: row.settlementFen, note: '' };
  if (feeFen === 0) return [payment];
  const note = `结算总金额${yuan(row.settlementFen)}元;手续费${yuan(feeFen)}元`;
  return [payment, { ...order, name: '扣除交易手续费', fen: -feeFen, note }];
}

function sum(list: Movement[]): number {
  return list.reduce((total, { fen }) => total + fen, 0);
}
