import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { csv, type Column } from '../../src/staff/exports/csv.js';
import { TestBuyer } from '../support/buyer.js';
import { TestOperator } from '../support/staff.js';
import { startSystem, type System } from '../support/system.js';

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}

describe('a CSV file', () => {
  const columns: Column<{ words: string; fen: number }>[] = [
    { head: { zh: '说明', en: 'words' }, cell: ({ words }) => words },
    { head: { zh: '金额（元）', en: 'amount (yuan)' }, cell: ({ fen }) => ({ fen }) },
  ];
  async function file(...rows: { words: string; fen: number }[]): Promise<string> {
    async function* pages(): AsyncGenerator<typeof rows> {
      yield rows;
    }
    return textOf(csv(columns, pages(), 'zh'));
  }

  it('begins with what tells Excel that it is UTF-8', async () => {
    expect(await file()).toBe('\uFEFF说明,金额（元）\r\n');
  });

  it.each([
    ['=HYPERLINK("http://x")', `"'=HYPERLINK(""http://x"")"`],
    ['+86 138', "'+86 138"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    [' =1', "' =1"],
    ['a,b', '"a,b"'],
    ['two\nlines', '"two\nlines"'],
    ['100%', '100%'],
  ])('a cell %j is no formula and no second cell', async (words, written) => {
    expect(await file({ words, fen: 0 })).toContain(`\r\n${written},0.00\r\n`);
  });

  it.each([
    [0, '0.00'],
    [5, '0.05'],
    [1990, '19.90'],
    [-5, '-0.05'],
    [-123456, '-1234.56'],
    [999_999_999_999_999, '9999999999999.99'],
  ])('%d fen are %s yuan', async (fen, written) => {
    expect(await file({ words: 'x', fen })).toContain(`x,${written}\r\n`);
  });
});

describe('exports', () => {
  let system: System;
  let owner: TestOperator;
  let buyer: TestBuyer;

  beforeAll(async () => {
    system = await startSystem();
    owner = await TestOperator.login(system, 'OWNER');
    buyer = await TestBuyer.login(system);
  });
  afterAll(() => system.stop());

  async function lines(path: string): Promise<string[]> {
    const answer = await fetch(`${system.url}/api/v1/admin/${path}`, {
      headers: { authorization: `Bearer ${owner.session.token}` },
    });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="[\w-]+\.csv"$/);
    return (await answer.text()).split('\r\n').slice(0, -1);
  }

  it('orders, with every page of the list, by its filters, and on record', async () => {
    const productId = await system.product({ priceFen: 1, name: '=危险, "咖啡"', stock: 5000 });
    const { order, payment } = await buyer.checkout(productId, 3, { attach: '=1+1' });
    const paid = await system.control.pay({ outTradeNo: payment.outTradeNo });
    await buyer.orderBecomes(order.id, 'PAID');
    await system.database.query(
      `INSERT INTO orders (id, order_no, buyer_id, status, total_fen, discount_fen, payable_fen, paid_fen, refunded_fen, created_at, expires_at, closed_at)
       SELECT gen_random_uuid(), 'many' || n, $1, 'CLOSED', n, 0, n, 0, 0, now() - n * interval '1 second', now(), now()
       FROM generate_series(1, 1200) n`,
      [buyer.id],
    );
    const all = await lines('orders.csv');
    expect(all).toHaveLength(1 + 1 + 1200);
    expect(new Set(all).size).toBe(all.length);
    const [head, row] = await lines('orders.csv?status=PAID');
    expect(head).toMatch(/^订单号,状态,商品/);
    expect(row).toContain(`${order.orderNo},已付款,"'=危险, ""咖啡"" ×3",0.03,0.00,0.03,0.03,0.00,`);
    expect(row).toContain(`,JSAPI,default,${payment.outTradeNo},${paid.transactionId},`);
    expect(
      (await lines('orders.csv?maxFen=10&status=CLOSED&lang=en')).map((line) => line.split(',')[1]),
    ).toEqual(['status', ...Array.from({ length: 10 }, () => 'closed')]);
    const { body } = await owner.send<{ items: { after: unknown }[] }>(
      'GET',
      '/audit-log?action=books.exported',
    );
    expect(body.items[0]?.after).toEqual({ status: 'CLOSED', maxFen: 10 });
  });

  async function list(query: string): Promise<number> {
    return (await owner.send<{ items: unknown[] }>('GET', `/orders?${query}`)).body.items.length;
  }

  it('the list takes the same filters', async () => {
    expect(await list('tradeType=JSAPI')).toBe(1);
    expect(await list('tradeType=NATIVE')).toBe(0);
    expect(await list('account=default&minFen=3&maxFen=3')).toBe(1);
    expect(await list(`buyerId=${buyer.id}&status=PAID`)).toBe(1);
  });

  it('the audit log, each row with the hash that the log itself has, for those who may read it', async () => {
    await lines('orders.csv?status=CLOSED');
    const [head, newest, before] = await lines('audit-log.csv?action=books.exported');
    expect(head).toBe('序号,时间,操作人,操作,操作代码,对象,对象编号,之前,之后,IP 地址,请求编号,链上哈希');
    expect(newest).toContain(',导出数据,books.exported,导出,audit-log,,"{""action"":""books.exported""}",');
    const { body } = await owner.send<{ items: { id: string; hash: string }[] }>(
      'GET',
      '/audit-log?subjectId=orders&limit=1',
    );
    expect(before?.split(',').at(0)).toBe(body.items[0]?.id);
    expect(before?.split(',').at(-1)).toBe(body.items[0]?.hash);
    const support = await TestOperator.login(system, 'SUPPORT');
    expect((await support.send('GET', '/audit-log.csv')).status).toBe(403);
  });

  it('refunds and the journal', async () => {
    const { body } = await owner.send<{ items: { id: string }[] }>('GET', '/orders?status=PAID');
    await owner.send('POST', `/orders/${body.items[0]?.id}/refunds`, { amountFen: 1, reason: '少发一件' });
    expect((await lines('refunds.csv'))[1]).toMatch(/^[\w-]+,\w+,待审核,0\.01,少发一件,/);
    await system.database.query('UPDATE refunds SET requested_by = $1', [
      { kind: 'policy', id: 'suspense-return', name: 'returns by itself' },
    ]);
    expect((await lines('refunds.csv'))[1]).toContain(',少发一件,自动规则,');
    expect((await lines('refunds.csv?lang=en'))[1]).toContain(',少发一件,returns by itself,');
    const entries = async (lang: string) =>
      (await lines(`ledger/entries.csv?lang=${lang}`)).slice(1).map((line) => {
        const [, , , kind, account, , amount] = line.split(',');
        return [kind, account, amount];
      });
    const booked = await entries('zh');
    expect(booked).toHaveLength(2);
    expect(booked).toContainEqual(['收到付款', '应收微信', '0.03']);
    expect(booked).toContainEqual(['收到付款', '预收货款', '-0.03']);
    expect(await entries('en')).toContainEqual(['payment received', 'WeChat receivable', '0.03']);
  });
});
