import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { SpareStatisticsOfPayloads1763990000001 } from '../migrations/1763990000001-SpareStatisticsOfPayloads.js';
import { TestBuyer } from './support/buyer.js';
import { paidNotice, post, signed, xml } from './support/notice.js';
import { recorded } from './support/recorded.js';
import { startSystem, type System } from './support/system.js';

let system: System;
beforeAll(async () => {
  system = await startSystem({ WXPAY_TIMEOUT_MS: '1200', LOG_LEVEL: 'debug' });
});
afterEach(() => system.control.noFaults());
afterAll(() => system.stop());

const ADDRESS = {
  name: '王小明',
  phone: '13912345678',
  province: '浙江',
  city: '杭州',
  district: '西湖',
  detail: '龙井路 1 号',
};

/** A day in the life of the shop, with everything that can go wrong in it; answers all responses. */
async function aDay(secrets: string[]): Promise<string> {
  const answers: unknown[] = [];
  const productId = await system.product();
  const buyer = await TestBuyer.login(system);
  secrets.push(buyer.openid, buyer.token);
  const wish = { items: [{ productId, quantity: 1 }], address: ADDRESS };
  const paid = await buyer.checkout(productId, 1, { address: ADDRESS });
  await system.control.pay({ outTradeNo: paid.payment.outTradeNo });
  await buyer.orderBecomes(paid.order.id, 'PAID', 20_000);
  const open = await buyer.checkout(productId);
  answers.push(
    paid.payment,
    await buyer.send('GET', '/api/v1/orders?limit=100'),
    await buyer.send('POST', `/api/v1/orders/${open.order.id}/payments`, { tradeType: 'NATIVE' }),
    await buyer.send('POST', `/api/v1/orders/${open.order.id}/sync`),
    await buyer.send('POST', `/api/v1/orders/${open.order.id}/cancel`),
    await buyer.send('POST', '/api/v1/checkout', { ...wish, openid: buyer.openid }),
  );
  const notice = paidNotice(system, {
    out_trade_no: paid.payment.outTradeNo,
    total_fee: '1',
    openid: buyer.openid,
  });
  answers.push(
    await post(system, xml(notice)),
    await post(system, xml(signed(system, notice))),
    await post(system, '<xml>'),
  );
  for (const fault of ['reset', 'badSignature', 'garbage', 'NOAUTH', 'http500']) {
    await system.control.fault({ path: '/', fault });
    answers.push(
      await buyer.send('POST', '/api/v1/checkout', wish),
      await fetch(`${system.url}/api/v1/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ code: 'x' }),
      }).then((answer) => answer.text()),
    );
    await system.control.noFaults();
  }
  // The database refuses rows: what it says about them holds openid, address and phone number.
  for (const table of ['orders', 'payments', 'buyers']) {
    await system.database.query(
      `ALTER TABLE ${table} ADD CONSTRAINT test_refuse CHECK (created_at < '2000-01-01') NOT VALID`,
    );
    answers.push(await buyer.send('POST', '/api/v1/checkout', wish));
    const { code, openid } = await system.control.loginCode();
    secrets.push(openid);
    answers.push(
      await fetch(`${system.url}/api/v1/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ code }),
      }).then(async (answer) => (table === 'buyers' ? answer.text() : '')),
    );
    await system.database.query(`ALTER TABLE ${table} DROP CONSTRAINT test_refuse`);
  }
  // It cannot read a text and quotes it where it says what it was doing.
  await system.database.query(
    `CREATE FUNCTION test_read() RETURNS trigger LANGUAGE plpgsql AS
     $$ BEGIN PERFORM (NEW.address->>'phone' || ' {')::json; RETURN NEW; END $$`,
  );
  await system.database.query(
    'CREATE TRIGGER test_read BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION test_read()',
  );
  answers.push(await buyer.send('POST', '/api/v1/checkout', wish));
  await system.database.query('DROP FUNCTION test_read() CASCADE');
  answers.push(
    await buyer.send('POST', '/api/v1/checkout', { ...wish, address: { ...ADDRESS, name: '王\0' } }),
  );
  return JSON.stringify(answers, (_, value: unknown) => (value instanceof Headers ? [...value] : value));
}

describe('A25: no secret leaves the server', () => {
  it.each([
    ['in development', {}],
    ['in production', { NODE_ENV: 'production', SIM_CLOCK_URL: '' }],
  ])('neither in a log of any level nor in an answer, whatever goes wrong: %s', async (_, mode) => {
    const secrets = [
      'WXPAY_API_KEY',
      'WXPAY_API_V3_KEY',
      'WXPAY_APP_SECRET',
      'WXPAY_APP_APP_SECRET',
      'WXPAY_V1_PAY_SIGN_KEY',
      'WXPAY_V1_PARTNER_KEY',
      'SESSION_SECRET',
      'DATA_ENCRYPTION_KEY',
      'DATABASE_URL',
    ].map((name) => system.env[name] ?? '');
    let answers = '';
    const log = await recorded(async () => {
      await system.restart({ LOG_LEVEL: 'debug', ...mode });
      answers = await aDay(secrets);
    });
    expect(log).toContain('/api/v1/checkout'); // the log was really recorded
    expect(answers).toContain('WXPAY_OUTCOME_UNKNOWN');
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(15);
      expect(linesWith(log, secret)).toEqual([]);
      expect(answers).not.toContain(secret);
    }
    for (const word of [ADDRESS.phone, ADDRESS.detail]) expect(linesWith(log, word)).toEqual([]);
    expect(answers).not.toMatch(/session_key|sessionKey/);
  });

  it('what a WeChat login is worth is not in the database in plain text', async () => {
    const keys = ['WXPAY_API_KEY', 'WXPAY_APP_SECRET', 'SESSION_SECRET', 'DATA_ENCRYPTION_KEY'].map(
      (name) => system.env[name] ?? '',
    );
    const tables = await system.database.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'pgboss')`,
    );
    expect(tables.length).toBeGreaterThan(8);
    for (const { name } of tables) {
      for (const key of keys) {
        const rows = await system.database.query(`SELECT 1 FROM ${name} AS t WHERE strpos(t::text, $1) > 0`, [
          key,
        ]);
        expect({ name, rows }).toEqual({ name, rows: [] });
      }
    }
  });

  it('PostgreSQL samples no address for its statistics, and forgets what it has sampled', async () => {
    const { database } = system;
    const sampled = async (): Promise<string[]> => {
      await database.query('ANALYZE orders');
      const words = [ADDRESS.name, ADDRESS.phone, ADDRESS.detail];
      const rows = await database.query<{ attname: string }>(
        'SELECT attname FROM pg_stats s WHERE EXISTS (SELECT FROM unnest($1::text[]) AS w WHERE strpos(s::text, w) > 0)',
        [words],
      );
      return rows.map(({ attname }) => attname);
    };
    expect(await sampled()).toEqual([]);
    await database.query('ALTER TABLE orders ALTER address SET STATISTICS DEFAULT');
    expect(await sampled()).toEqual(['address']);
    const runner = system.app.get(DataSource).createQueryRunner();
    await new SpareStatisticsOfPayloads1763990000001().up(runner);
    await runner.release();
    expect(await sampled()).toEqual([]);
  });
});

function linesWith(log: string, word: string): string[] {
  return log.split('\n').filter((line) => line.includes(word));
}
