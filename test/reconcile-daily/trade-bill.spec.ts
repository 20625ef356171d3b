import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFundFlow } from '../../src/reconcile/bill/fund-flow-bill.js';
import { readTradeBill, type TradeRow, type TradeSummary } from '../../src/reconcile/bill/trade-bill.js';
import { fenOfYuan, milliFenOfYuan, millionthsOfPercent } from '../../src/reconcile/bill/yuan-amount.js';

const HEADER =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注';
const SUMMARY_HEADER =
  '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额';
/** The oldest layout, as the documents of 2014 print it: other names, whole numbers without decimals. */
const OLDEST =
  '交易时间,公众账号ID,商户号,子商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,总金额,企业红包金额,微信退款单号,商户退款单号,退款金额,企业红包退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率';

const payment = (attach = '') =>
  `\`2026-11-20 14:03:05,\`wx1,\`1900000109,\`0,\`,\`4200001,\`T1,\`o1,\`JSAPI,\`SUCCESS,\`CFT,\`CNY,\`0.29,\`0.00,\`0,\`0,\`0.00,\`0.00,\`,\`,\`袜子,两双,\`${attach},\`0.00174,\`0.60%,\`0.29,\`0.00,\``;
const refund =
  '`2026-11-20 15:00:00,`wx1,`1900000109,`0,`,`4200001,`T1,`o1,`JSAPI,`REFUND,`CFT,`CNY,`0.00,`0.00,`5030001,`R1,`0.19,`0.00,`ORIGINAL,`SUCCESS,`袜子,`,`-0.00114,`0.60%,`0.00,`0.19,`';
const summary = '`2.0,`0.29,`0.19,`0.0,`0.0006,`0.29,`0.19';

const shuffled = (line: string, divider: string): string => line.split(divider).toReversed().join(divider);

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'bill-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

async function file(...lines: string[]): Promise<string> {
  const path = join(home, `${Math.random()}.csv`);
  await writeFile(path, lines.join('\r\n'));
  return path;
}

async function read(path: string): Promise<{ rows: TradeRow[]; summary: TradeSummary | undefined }> {
  const rows: TradeRow[] = [];
  let summary: TradeSummary | undefined;
  for await (const part of readTradeBill(path)) {
    if (part.kind === 'rows') rows.push(...part.rows);
    else summary = part.summary;
  }
  return { rows, summary };
}

describe('Q-01: yuan become fen exactly', () => {
  it.each([
    ['0.29', 29],
    ['0.1', 10],
    ['1', 100],
    ['-0.03', -3],
    ['-0.00', 0],
    ['0.03000', 3],
    ['12345678.90', 1_234_567_890],
    ['0.001', undefined],
    ['1e2', undefined],
    ['1,000.00', undefined],
    ['', undefined],
    ['¥1', undefined],
  ])('%s is %s', (text, fen) => expect(fenOfYuan(text)).toBe(fen));

  it('whatever the amount', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(10 ** 12), max: 10 ** 12 }), (fen) => {
        const digits = String(Math.abs(fen)).padStart(3, '0');
        expect(fenOfYuan(`${fen < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`)).toBe(fen);
      }),
    );
  });

  it('fees and rates keep their decimals', () => {
    expect([milliFenOfYuan('0.00174'), milliFenOfYuan('-0.05'), millionthsOfPercent('0.60%')]).toEqual([
      174, -5000, 6000,
    ]);
    expect([milliFenOfYuan('0.000001'), millionthsOfPercent('0.60')]).toEqual([undefined, undefined]);
  });
});

describe('the trade bill', () => {
  it('is read by the names of its columns', async () => {
    const { rows, summary: totals } = await read(
      await file(`\uFEFF${HEADER}`, payment(), refund, SUMMARY_HEADER, summary, ''),
    );
    expect(rows).toEqual([
      expect.objectContaining({
        line: 2,
        at: new Date('2026-11-20T14:03:05+08:00'),
        transactionId: '4200001',
        outTradeNo: 'T1',
        state: 'SUCCESS',
        settlementFen: 29,
        totalFen: 29,
        refundId: null,
        feeMilliFen: 174,
        rate: 6000,
      }),
      expect.objectContaining({
        line: 3,
        state: 'REFUND',
        refundId: '5030001',
        outRefundNo: 'R1',
        refundSettlementFen: 19,
        refundTotalFen: 19,
        refundState: 'SUCCESS',
        feeMilliFen: -114,
      }),
    ]);
    expect(totals).toEqual({
      rows: 2,
      settlementFen: 29,
      refundSettlementFen: 19,
      feeMilliFen: 60,
      totalFen: 29,
      refundTotalFen: 19,
    });
  });

  it('is the same with its columns in another order', async () => {
    const plain = await read(await file(HEADER, refund, SUMMARY_HEADER, summary));
    const turned = await read(
      await file(shuffled(HEADER, ','), `\`${shuffled(refund.slice(1), ',`')}`, SUMMARY_HEADER, summary),
    );
    expect(turned).toEqual(plain);
  });

  it('of any size goes on in small batches', async () => {
    const many = Array.from({ length: 20_000 }, () => payment());
    const sizes: number[] = [];
    for await (const part of readTradeBill(await file(HEADER, ...many, SUMMARY_HEADER, summary)))
      if (part.kind === 'rows') sizes.push(part.rows.length);
    expect([Math.max(...sizes) <= 1000, sizes.reduce((sum, size) => sum + size)]).toEqual([true, 20_000]);
  });

  it('of the oldest layout says less', async () => {
    const row =
      '`2014-11-10 16:33:45,`wx2421b1c4370ec43b,`10000100,`0,`1000,`1001690740,`1415640626,`085e,`MICROPAY,`SUCCESS,`CFT,`CNY,`0.01,`0.0,`0,`0,`0,`0,`,`,`被扫支付测试,`订单额外描述,`0,`0.60%';
    const totals = '总交易单数,总交易额,总退款金额,总企业红包退款金额,手续费总金额';
    const { rows, summary } = await read(await file(OLDEST, row, totals, '`1,`0.01,`0.0,`0.0,`0'));
    expect(rows).toMatchObject([{ settlementFen: 1, totalFen: null, refundTotalFen: null, feeMilliFen: 0 }]);
    expect(summary).toMatchObject({ rows: 1, settlementFen: 1, totalFen: null });
  });

  it('a buyer who writes dividers into his order changes no amount', async () => {
    const path = await file(HEADER, payment('x,`0.00,`0.60%,`9.99,`0.00,`'), SUMMARY_HEADER, summary);
    expect((await read(path)).rows).toEqual(
      (await read(await file(HEADER, payment(), SUMMARY_HEADER, summary))).rows,
    );
  });

  it.each<[string, string[], string]>([
    ['without its end', [HEADER, payment()], 'cut off'],
    ['without its last line', [HEADER, payment(), SUMMARY_HEADER], 'cut off'],
    ['that is empty', [''], 'it is empty'],
    [
      'without a column it needs',
      [HEADER.replace('手续费', '其他'), payment(), SUMMARY_HEADER, summary],
      'no column 手续费',
    ],
    ['with half a row', [HEADER, payment().slice(0, 60), SUMMARY_HEADER, summary], 'line 2 has'],
    [
      'with an amount that is none',
      [HEADER, payment().replace('`0.29', '`0.2x'), SUMMARY_HEADER, summary],
      'line 2: the amount',
    ],
    ['with a page instead of rows', ['<html>', '<body>', '</html>'], 'begins without a back-tick'],
    ['that is one endless line', [HEADER + 'x'.repeat(300_000)], 'a line that no bill has'],
    ['with something after its end', [HEADER, SUMMARY_HEADER, summary, payment()], 'follows the totals'],
  ])('%s is refused', async (_, lines, reason) => {
    await expect(read(await file(...lines))).rejects.toThrow(reason);
  });
});

/** A withdrawal with this remark. */
const remarked = (remark: string): Promise<string> =>
  file(
    '\uFEFF记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号',
    `\`2026-11-20 20:00:00,\`W1,\`F3,\`提现,\`提现,\`支出,\`9.00,\`0.94,\`system,\`${remark},\`W1`,
    '资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额',
    '`1.0,`0.0,`0.0,`1.0,`9.0',
  );

describe('the fund flow bill', () => {
  it('is counted, and withdrawals are kept', async () => {
    const flow = await readFundFlow(
      await file(
        '\uFEFF记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号',
        '`2026-11-20 14:03:05,`4200001,`F1,`交易,`交易,`收入,`10.00,`10.00,`system,`,`T1',
        '`2026-11-20 14:03:05,`4200001,`F2,`扣除交易手续费,`交易,`支出,`0.06,`9.94,`system,`,`T1',
        '`2026-11-20 20:00:00,`W1,`F3,`提现,`提现,`支出,`9.00,`0.94,`system,`,`W1',
        '资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额',
        '`3.0,`1.0,`10.0,`2.0,`9.06',
      ),
    );
    expect(flow).toEqual({
      rows: 3,
      incomeFen: 1000,
      expenseFen: 906,
      tradeFen: 994,
      withdrawals: [{ flowNo: 'F3', at: new Date('2026-11-20T20:00:00+08:00'), amountFen: 900 }],
      own: { rows: 3, incomeFen: 1000, expenseFen: 906 },
    });
  });

  it('a remark with dividers in it changes no amount', async () => {
    expect(await readFundFlow(await remarked('月末,`提现,`'))).toEqual(
      await readFundFlow(await remarked('')),
    );
  });
});
