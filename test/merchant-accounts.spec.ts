import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AccountsFile } from '../src/config/accounts-file.js';
import { booksOf } from './support/books.js';
import { TestBuyer } from './support/buyer.js';
import { eventually } from './support/eventually.js';
import { paidNotice, post, signed, xml } from './support/notice.js';
import { TestOperator } from './support/staff.js';
import { startSystem, type System } from './support/system.js';

let system: System;
let branch: Record<string, string | undefined>;
let productId: string;

/** Two merchants of one shop: `default` speaks v2, `branch-2` v3. */
beforeAll(async () => {
  system = await startSystem({ WXPAY_TIMEOUT_MS: '10000', WXPAY_CONFIRM_NOTIFY: 'signature' });
  const { body } = await system.control.call<{ mchId: string; dir: string }>('POST', '/_sim/merchants', {});
  branch = parseEnv(await readFile(join(body.dir, 'merchant.env'), 'utf8'));
  const accounts: AccountsFile['accounts'] = [
    {
      id: 'branch-2',
      api: 'v3',
      mchId: branch['WXPAY_MCH_ID'] ?? '',
      appId: branch['WXPAY_APP_ID'] ?? '',
      appSecret: branch['WXPAY_APP_SECRET'] ?? '',
      apiV3Key: branch['WXPAY_API_V3_KEY'],
      publicKeyId: branch['WXPAY_PUBLIC_KEY_ID'],
      publicKeyPath: branch['WXPAY_PUBLIC_KEY_PATH'],
      certPath: branch['WXPAY_CERT_PATH'] ?? '',
      keyPath: branch['WXPAY_KEY_PATH'] ?? '',
    },
  ];
  const file = join(body.dir, 'accounts.json');
  await writeFile(file, JSON.stringify({ accounts }));
  system.env['WXPAY_ACCOUNTS_FILE'] = file;
  await system.restart();
  productId = await system.product({ priceFen: 100, stock: 1000 });
});
afterAll(() => system.stop());

const accountsOf = (orderId: string) =>
  system.database.query<{ account: string; mchId: string }>(
    `SELECT account_id AS account, mch_id AS "mchId" FROM payments WHERE order_id = $1
     UNION SELECT merchant_account, $2 FROM ledger_entries WHERE subject_id IN (SELECT id FROM payments WHERE order_id = $1)`,
    [orderId, 'journal'],
  );

describe('M-35: two merchant accounts side by side', () => {
  it('each buyer pays into the account of his app, however many at once', async () => {
    const shop = await Promise.all(
      Array.from({ length: 12 }, async (_, n) => {
        const appId = n % 2 === 0 ? system.env['WXPAY_APP_ID'] : branch['WXPAY_APP_ID'];
        const buyer = await TestBuyer.login(system, undefined, appId);
        const { order, payment, payParams } = await buyer.checkout(productId);
        await system.control.pay({ payParams });
        await buyer.orderBecomes(order.id, 'PAID');
        return { n, order, payment };
      }),
    );
    for (const { n, order, payment } of shop) {
      const [account, mchId] =
        n % 2 === 0 ? ['default', system.env['WXPAY_MCH_ID']] : ['branch-2', branch['WXPAY_MCH_ID']];
      expect(await accountsOf(order.id)).toEqual(
        expect.arrayContaining([
          { account, mchId },
          { account, mchId: 'journal' },
        ]),
      );
      const asked = `/_sim/transactions?outTradeNo=${payment.outTradeNo}&mchId=${mchId}`;
      expect((await system.control.call('GET', asked)).body).toMatchObject({
        items: [{ mchId, tradeState: 'SUCCESS' }],
      });
    }
  });

  it('a notification of one account about another’s order is refused, though its signature is right', async () => {
    const buyer = await TestBuyer.login(system, undefined, branch['WXPAY_APP_ID']);
    const { order, payment } = await buyer.checkout(productId);
    const notice = paidNotice(system, { out_trade_no: payment.outTradeNo, total_fee: '100' });
    expect(await post(system, xml(signed(system, notice)))).toMatchObject({ status: 403 });
    expect(await booksOf(system.database, order.id)).toMatchObject({
      status: 'PENDING_PAYMENT',
      movements: 0,
    });
    const [row] = await system.database.query(
      'SELECT verdict FROM notifications ORDER BY received_at DESC LIMIT 1',
    );
    expect(row).toEqual({ verdict: 'FOREIGN' });
  });

  it('a notification to an account that does not exist is answered 404', async () => {
    const answer = await post(system, '<xml></xml>', { path: '/notify/wxpay/nobody/payment' });
    expect(answer.status).toBe(404);
  });

  it('a login with an app the shop does not have names the field', async () => {
    const { code } = await system.control.loginCode();
    const response = await fetch(`${system.url}/api/v1/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code, app: 'wx00000000000000ff' }),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'APP_UNKNOWN', errors: [{ field: 'app' }] });
  });

  it('A19: each mini-program’s shipments are told, and asked about, in its own name', async () => {
    await system.control.call('POST', '/_sim/shipments', { ingestSeconds: 0 });
    const support = await TestOperator.login(system, 'SUPPORT');
    for (const appId of [system.env['WXPAY_APP_ID'], branch['WXPAY_APP_ID']]) {
      const buyer = await TestBuyer.login(system, undefined, appId);
      const { order, payParams } = await buyer.checkout(productId);
      const { transactionId } = await system.control.pay({ payParams });
      await buyer.orderBecomes(order.id, 'PAID');
      await support.send('POST', `/orders/${order.id}/shipment`, { logisticsType: 'PICKUP' });
      await eventually(async () => {
        const { body } = await system.control.call<{ items: object[] }>('GET', '/_sim/shipments');
        expect(body.items).toContainEqual(expect.objectContaining({ transactionId }));
      });
      await system.control.call('POST', `/_sim/shipments/${transactionId}/confirm`, {});
      await system.control.advance(86_400 + 1);
      await buyer.orderBecomes(order.id, 'COMPLETED');
    }
  });
});

describe('M-38: the database', () => {
  it('holds none of the keys: a dump gives nothing away', async () => {
    const tables = await system.database.query<{ name: string }>(
      `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
       WHERE table_schema IN ('public', 'pgboss') AND table_type = 'BASE TABLE'`,
    );
    let dump = '';
    for (const { name } of tables) {
      const rows = await system.database.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
      dump += rows.map(({ row }) => row).join('\n');
    }
    expect(dump.length).toBeGreaterThan(10_000);
    const secrets = Object.entries({ ...system.env, ...branch }).filter(([name]) =>
      /KEY(_PREVIOUS)?$|SECRET$|TOKEN$/.test(name),
    );
    expect(secrets.length).toBeGreaterThan(6);
    for (const [name, value = ''] of secrets) {
      for (const form of [value, Buffer.from(value).toString('hex'), Buffer.from(value).toString('base64')])
        expect({ name, found: value !== '' && dump.includes(form) }).toEqual({ name, found: false });
    }
  });
});
