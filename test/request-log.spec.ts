import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { postponeChecks } from './support/books.js';
import { TestBuyer } from './support/buyer.js';
import { eventually } from './support/eventually.js';
import { paidNotice, post, signed, xml } from './support/notice.js';
import { recorded } from './support/recorded.js';
import { startSystem, type System } from './support/system.js';

/** B13: every log line of a request says which request it was, and no line says a wrong one. */

const PRICE = 1990;

interface Line {
  level: string;
  context: string;
  message: string;
  requestId?: string;
  outTradeNo?: string;
}

let system: System;
let buyer: TestBuyer;
let productId: string;
beforeAll(async () => {
  system = await startSystem({ WXPAY_CONFIRM_NOTIFY: 'signature', WXPAY_TIMEOUT_MS: '1200' });
  buyer = await TestBuyer.login(system);
  productId = await system.product({ priceFen: PRICE, stock: 1000 });
});
afterEach(async () => {
  await system.control.noFaults();
  await system.database.query('DROP FUNCTION IF EXISTS test_on_filing() CASCADE');
});
afterAll(() => system.stop());

/** What the service writes in production while `work` runs: one object a line. */
async function logged(work: () => Promise<void>): Promise<Line[]> {
  const log = await recorded(async () => {
    await system.restart({ NODE_ENV: 'production', SIM_CLOCK_URL: '', LOG_LEVEL: 'debug' });
    await work();
  });
  return log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);
}

interface Notice {
  outTradeNo: string;
  requestId: string;
  send: () => Promise<number>;
}

/** Orders that wait for payment, each with the notification WeChat would send about it, under a request id of its own. */
async function unpaid(count: number): Promise<Notice[]> {
  const notices = await Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const { payment } = await buyer.checkout(productId);
      const { outTradeNo } = payment;
      const body = xml(
        signed(system, paidNotice(system, { out_trade_no: outTradeNo, total_fee: String(PRICE) })),
      );
      const requestId = `notice-${n}.${outTradeNo}`;
      const headers = { 'content-type': 'text/xml', 'x-request-id': requestId };
      return { outTradeNo, requestId, send: async () => (await post(system, body, { headers })).status };
    }),
  );
  await postponeChecks(system.database);
  return notices;
}

/** Which request each payment was settled by, line by line. */
function settled(lines: readonly Line[]): string[] {
  return lines
    .filter(({ context }) => context === 'settle')
    .map(({ outTradeNo, requestId }) => `${outTradeNo} by ${requestId}`);
}

describe('the log', () => {
  it('of a payment names the request that its answer names', async () => {
    const path = '/notify/wxpay/default/payment';
    let requestId: string | null = null;
    let outTradeNo = '';
    const lines = await logged(async () => {
      const { payment } = await buyer.checkout(productId);
      ({ outTradeNo } = payment);
      const notice = paidNotice(system, { out_trade_no: outTradeNo, total_fee: String(PRICE) });
      const answer = await fetch(system.url + path, {
        method: 'POST',
        headers: { 'content-type': 'text/xml' },
        body: xml(signed(system, notice)),
      });
      expect(answer.status).toBe(200);
      requestId = answer.headers.get('x-request-id');
    });
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(settled(lines)).toEqual([`${outTradeNo} by ${requestId}`]);
  });

  it('of notifications decided together names for each its own', async () => {
    let notices: Notice[] = [];
    const lines = await logged(async () => {
      notices = await unpaid(20);
      expect(new Set(await Promise.all(notices.map(({ send }) => send())))).toEqual(new Set([200]));
      await eventually(async () =>
        expect(
          await system.database.query(`SELECT FROM pgboss.job WHERE name = 'events' AND state < 'completed'`),
        ).toEqual([]),
      );
    });
    expect(new Set(settled(lines))).toEqual(
      new Set(notices.map(({ outTradeNo, requestId }) => `${outTradeNo} by ${requestId}`)),
    );
    expect(settled(lines)).toHaveLength(notices.length);
    const events = lines.filter(({ context }) => context === 'events');
    expect(events.length).toBeGreaterThanOrEqual(20);
    for (const { requestId } of events) expect(requestId).toBeUndefined(); // a job belongs to no request
  });

  it('names none where a group fails: it came from several', async () => {
    await system.database.query(
      `CREATE FUNCTION test_on_filing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF (SELECT count(*) FROM filed) > 1 THEN RAISE EXCEPTION 'not together'; END IF; RETURN NULL; END $$`,
    );
    await system.database.query(
      `CREATE TRIGGER test_on_filing AFTER INSERT ON notifications REFERENCING NEW TABLE AS filed
       FOR EACH STATEMENT EXECUTE FUNCTION test_on_filing()`,
    );
    let notices: Notice[] = [];
    const lines = await logged(async () => {
      notices = await unpaid(10);
      expect(new Set(await Promise.all(notices.map(({ send }) => send())))).toEqual(new Set([200]));
    });
    const apart = lines.filter(({ message }) => message.includes('could not be decided together'));
    expect(apart.length).toBeGreaterThan(0);
    for (const { requestId } of apart) expect(requestId).toBeUndefined();
    expect(settled(lines)).toHaveLength(10); // once each, although some were decided twice
  });

  it('of a refused notification and of a call that WeChat does not answer names the request too', async () => {
    const headers = { 'x-request-id': 'refused.1' };
    const lines = await logged(async () => {
      await post(system, '<xml>', { headers });
      await system.control.fault({ path: '/pay/unifiedorder', fault: 'reset' });
      const body = { items: [{ productId, quantity: 1 }] };
      await buyer.send('POST', '/api/v1/checkout', body, { 'x-request-id': 'unanswered.1' });
    });
    const of = (id: string) =>
      lines.filter(({ requestId }) => requestId === id).map(({ context }) => context);
    expect(of('refused.1')).toEqual(['notify']);
    expect(new Set(of('unanswered.1'))).toEqual(new Set(['wxpay', 'http']));
  });
});
