import { sumFen, toFen, ZERO_FEN, type Fen } from '../../common/fen.js';
import { fromDashedBeijing } from '../../common/time/beijing-time.js';
import { readBill } from './bill-lines.js';
import { Columns, read } from './columns.js';
import { countOf, fenOfYuan } from './yuan-amount.js';

/** What WeChat paid out to the merchant's bank account. */
export interface Withdrawal {
  flowNo: string;
  at: Date;
  amountFen: Fen;
}

/** The day of the merchant's basic account at WeChat, counted from its rows; `own` are the bill's own totals. */
export interface FundFlow {
  rows: number;
  incomeFen: Fen;
  expenseFen: Fen;
  /** Payments, refunds and fees: what the trade bill explains. Negative when more went out than came in. */
  tradeFen: Fen;
  withdrawals: Withdrawal[];
  own: { rows: number; incomeFen: Fen; expenseFen: Fen };
}

const TRADE = /^(交易|退款|扣除交易手续费|退还交易手续费)$/;
const WITHDRAWAL = /提现/;

/** Reads a fund flow bill in one pass; only withdrawals, of which there are few, are kept. @throws BillUnreadable */
export async function readFundFlow(path: string): Promise<FundFlow> {
  const flow = { rows: 0, incomeFen: ZERO_FEN, expenseFen: ZERO_FEN, tradeFen: ZERO_FEN };
  const withdrawals: Withdrawal[] = [];
  let own: FundFlow['own'] | undefined;
  for await (const part of readBill(path)) {
    const columns = new Columns(part.header);
    if (part.kind === 'summary') {
      const cells = columns.align(part.line);
      const of = <Value>(name: string, parse: (text: string) => Value | undefined): Value =>
        read(part.line, cells, columns.index(name), `the total ${name}`, parse);
      own = {
        rows: of('资金流水总笔数', countOf),
        incomeFen: of('收入金额', fenOfYuan),
        expenseFen: of('支出金额', fenOfYuan),
      };
      continue;
    }
    const [at, flowNo, name, direction, amount] = [
      columns.index('记账时间'),
      columns.index('资金流水单号'),
      columns.index('业务名称'),
      columns.index('收支类型'),
      columns.index('收支金额(元)', '收支金额（元）', '收支金额'),
    ];
    for (const line of part.lines) {
      const cells = columns.align(line);
      const amountFen = read(line, cells, amount, 'the amount', fenOfYuan);
      const isIncome = cells[direction] === '收入';
      flow.rows += 1;
      if (isIncome) flow.incomeFen = sumFen([flow.incomeFen, amountFen]);
      else flow.expenseFen = sumFen([flow.expenseFen, amountFen]);
      const signed = isIncome ? amountFen : toFen(-amountFen);
      const business = cells[name] ?? '';
      if (TRADE.test(business)) flow.tradeFen = sumFen([flow.tradeFen, signed]);
      if (WITHDRAWAL.test(business) && !isIncome)
        withdrawals.push({
          flowNo: cells[flowNo] ?? '',
          at: read(line, cells, at, 'the time', fromDashedBeijing),
          amountFen,
        });
    }
  }
  if (own === undefined) throw new Error('a bill was read without its totals');
  return { ...flow, withdrawals, own };
}
