import type { Fen } from '../../common/fen.js';
import { fromDashedBeijing } from '../../common/time/beijing-time.js';
import { readBill, type BillLine } from './bill-lines.js';
import { Columns, read } from './columns.js';
import { countOf, fenOfYuan, milliFenOfYuan, millionthsOfPercent } from './yuan-amount.js';

/** A payment or a refund as WeChat's trade bill has it. Amounts in fen, the fee in thousandths of a fen. */
export interface TradeRow {
  line: number;
  at: Date;
  transactionId: string;
  outTradeNo: string;
  /** SUCCESS, REFUND or REVOKED. */
  state: string;
  /** What WeChat settles; 0 in a refund's row. */
  settlementFen: Fen;
  /** What the order cost; the old layout does not say it. */
  totalFen: Fen | null;
  /** Null in a payment's row. */
  refundId: string | null;
  outRefundNo: string | null;
  refundSettlementFen: Fen;
  refundTotalFen: Fen | null;
  refundState: string | null;
  /** Negative when WeChat gives it back with a refund. */
  feeMilliFen: number;
  /** Millionths; null when the bill does not say it. */
  rate: number | null;
}

/** The bill's own totals. `null`: this layout does not say it. */
export interface TradeSummary {
  rows: number;
  settlementFen: Fen;
  refundSettlementFen: Fen | null;
  feeMilliFen: number;
  totalFen: Fen | null;
  refundTotalFen: Fen | null;
}

export type TradePart = { kind: 'rows'; rows: TradeRow[] } | { kind: 'summary'; summary: TradeSummary };

/** Streams a trade bill, type ALL, in any of its layouts. @throws BillUnreadable */
export async function* readTradeBill(path: string): AsyncGenerator<TradePart> {
  let toRow: ((line: BillLine) => TradeRow) | undefined;
  for await (const part of readBill(path)) {
    if (part.kind === 'rows') {
      toRow ??= rowReader(new Columns(part.header));
      yield { kind: 'rows', rows: part.lines.map(toRow) };
    } else {
      yield { kind: 'summary', summary: readSummary(new Columns(part.header), part.line) };
    }
  }
}

function rowReader(columns: Columns): (line: BillLine) => TradeRow {
  const at = columns.index('交易时间');
  const transactionId = columns.index('微信订单号');
  const outTradeNo = columns.index('商户订单号');
  const state = columns.index('交易状态');
  const settlement = columns.index('应结订单金额', '总金额');
  const total = columns.find('订单金额');
  const refundId = columns.index('微信退款单号');
  const outRefundNo = columns.index('商户退款单号');
  const refundSettlement = columns.index('退款金额');
  const refundTotal = columns.find('申请退款金额');
  const refundState = columns.index('退款状态');
  const fee = columns.index('手续费');
  const rate = columns.find('费率');
  return (line) => {
    const cells = columns.align(line);
    const amount = (index: number, what: string): Fen => read(line, cells, index, what, fenOfYuan);
    const isRefund = !['', '0'].includes(cells[refundId] ?? '');
    return {
      line: line.number,
      at: read(line, cells, at, 'the time', fromDashedBeijing),
      transactionId: cells[transactionId] ?? '',
      outTradeNo: cells[outTradeNo] ?? '',
      state: cells[state] ?? '',
      settlementFen: amount(settlement, 'the amount'),
      totalFen: total === undefined ? null : amount(total, 'the order amount'),
      refundId: isRefund ? (cells[refundId] ?? '') : null,
      outRefundNo: isRefund ? (cells[outRefundNo] ?? '') : null,
      refundSettlementFen: amount(refundSettlement, 'the refunded amount'),
      refundTotalFen: refundTotal === undefined ? null : amount(refundTotal, 'the requested refund'),
      refundState: isRefund ? (cells[refundState] ?? '') : null,
      feeMilliFen: read(line, cells, fee, 'the fee', milliFenOfYuan),
      rate: rate === undefined ? null : (millionthsOfPercent(cells[rate] ?? '') ?? null),
    };
  };
}

function readSummary(columns: Columns, line: BillLine): TradeSummary {
  const cells = columns.align(line);
  const amount = (...names: string[]): Fen =>
    read(line, cells, columns.index(...names), `the total ${names.join('/')}`, fenOfYuan);
  const optional = (...names: string[]): Fen | null =>
    columns.find(...names) === undefined ? null : amount(...names);
  return {
    rows: read(line, cells, columns.index('总交易单数'), 'the number of rows', countOf),
    settlementFen: amount('应结订单总金额', '总交易额'),
    refundSettlementFen: optional('退款总金额', '总退款金额'),
    feeMilliFen: read(line, cells, columns.index('手续费总金额'), 'the total of fees', milliFenOfYuan),
    totalFen: optional('订单总金额'),
    refundTotalFen: optional('申请退款总金额'),
  };
}
