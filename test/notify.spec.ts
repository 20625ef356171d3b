import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { booksOf, postponeChecks, waitingForLock } from './support/books.js';
import { TestBuyer, type CheckedOut } from './support/buyer.js';
import { eventually } from './support/eventually.js';
import {
  FAIL,
  newTransactionId,
  paidNotice,
  post,
  signed,
  SUCCESS,
  xml,
  type NoticeAnswer,
  type NoticeFields,
} from './support/notice.js';
import { startSystem, type System } from './support/system.js';

let system: System;
let buyer: TestBuyer;
let productId: string;

const PRICE = 1990;
const OK = { status: 200, contentType: 'text/xml; charset=utf-8', body: expect.stringContaining(SUCCESS) };
const refused = (status: number) => ({
  status,
  contentType: 'text/xml; charset=utf-8',
  body: expect.stringContaining(FAIL),
});

beforeAll(async () => {
  system = await startSystem({ WXPAY_CONFIRM_NOTIFY: 'signature' });
  buyer = await TestBuyer.login(system);
  productId = await system.product({ priceFen: PRICE });
});
beforeEach(() => postponeChecks(system.database));
afterEach(() => system.control.noFaults());
afterAll(() => system.stop());

/** An order waiting for payment, and the notification WeChat would send about it. */
async function ordered(): Promise<CheckedOut & { notice: NoticeFields }> {
  const checkedOut = await buyer.checkout(productId);
  const { outTradeNo } = checkedOut.payment;
  return {
    ...checkedOut,
    notice: paidNotice(system, { out_trade_no: outTradeNo, total_fee: String(PRICE) }),
  };
}

/** Paid at WeChat, but the notification is lost; its bytes are the simulator's own. */
async function paidUnheard(): Promise<CheckedOut & { body: string }> {
  const checkedOut = await buyer.checkout(productId);
  await system.control.fault({ path: 'notify', fault: 'dropNotify', count: 1 });
  await system.control.pay({ outTradeNo: checkedOut.payment.outTradeNo });
  const body = await system.control.notificationBody(checkedOut.payment.outTradeNo);
  await eventually(async () => expect(await system.control.applied()).toEqual([1]));
  await system.control.noFaults();
  return { ...checkedOut, body };
}

async function inbox(
  body: string,
): Promise<{ verdict: string; verified: boolean; body: Buffer; reason: string }[]> {
  return system.database.query(
    'SELECT verdict, verified, body, reason FROM notifications WHERE body_sha256 = $1 ORDER BY received_at, id',
    [createHash('sha256').update(body).digest()],
  );
}

const untouched = { status: 'PENDING_PAYMENT', paidFen: 0, suspense: [], ledger: {}, movements: 0, jobs: 0 };
const paidOnce = {
  status: 'PAID',
  paidFen: PRICE,
  suspense: [],
  ledger: { WECHAT_RECEIVABLE: PRICE, CUSTOMER_DEPOSITS: -PRICE },
  movements: 1,
  jobs: 1,
};

describe('a payment notification', () => {
  it('pays the order, books the money and leaves one job', async () => {
    const { order, payment, notice } = await ordered();
    const body = xml(signed(system, notice));
    expect(await post(system, body)).toEqual(OK);
    expect(await booksOf(system.database, order.id)).toMatchObject({
      ...paidOnce,
      payments: [
        { outTradeNo: payment.outTradeNo, status: 'SUCCESS', transactionId: notice['transaction_id'] },
      ],
      verdicts: ['SETTLED'],
    });
    const [row] = await inbox(body);
    expect(row).toMatchObject({ verified: true, verdict: 'SETTLED' });
    expect(row?.body.toString()).toBe(body);
  });

  it('with a coupon of WeChat’s: the order is paid in full, the discount is booked apart', async () => {
    const { order, payment } = await ordered();
    await system.control.pay({ outTradeNo: payment.outTradeNo, couponFee: 300, couponType: 'NO_CASH' });
    await buyer.orderBecomes(order.id, 'PAID');
    expect(await booksOf(system.database, order.id)).toMatchObject({
      paidFen: PRICE,
      ledger: { WECHAT_RECEIVABLE: PRICE - 300, WECHAT_COUPON_DISCOUNT: 300, CUSTOMER_DEPOSITS: -PRICE },
      movements: 1,
    });
  });

  it('M-36: verifying asks nobody: not one request goes out', async () => {
    const { notice } = await ordered();
    await system.control.countRequests();
    expect(await post(system, xml(signed(system, notice)))).toEqual(OK);
    expect(await post(system, xml(notice))).toEqual(refused(401));
    expect(await system.control.applied()).toEqual([0]);
  });

  it('M-07: is verified as it came: odd whitespace, plain text instead of CDATA, another order, unknown fields', async () => {
    const { order, notice } = await ordered();
    const fields = signed(system, { ...notice, attach: '茶 & <糖>', coupon_id_7: 'x', new_field: '😀' });
    const elements = Object.entries(fields)
      .toReversed()
      .map(([name, value], index) => {
        const plain = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
        return index % 2 === 0
          ? `\n\t<${name}>${plain}</${name}>`
          : `  <${name}><![CDATA[${value}]]></${name}>\r\n`;
      });
    const body = `<?xml version="1.0" encoding="UTF-8"?>\n<xml>${elements.join('')}\n\n</xml>\n`;
    expect(await post(system, body, { headers: { 'content-type': 'application/json' } })).toEqual(OK);
    expect(await booksOf(system.database, order.id)).toMatchObject(paidOnce);
  });

  it.each([
    ['without any header', {}],
    ['as a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['with a content type that is none', { 'content-type': 'nonsense' }],
  ])('an authentic one is believed %s', async (_, headers) => {
    const { order, notice } = await ordered();
    expect(await post(system, xml(signed(system, notice)), { headers })).toEqual(OK);
    expect(await booksOf(system.database, order.id)).toMatchObject(paidOnce);
  });

  it('that an attempt to pay failed is acknowledged and changes nothing', async () => {
    const { order, notice } = await ordered();
    const body = xml(
      signed(system, { ...notice, result_code: 'FAIL', err_code: 'NOTENOUGH', err_code_des: '余额不足' }),
    );
    expect(await post(system, body)).toEqual(OK);
    expect(await booksOf(system.database, order.id)).toMatchObject(untouched);
    expect(await inbox(body)).toMatchObject([
      { verdict: 'NOT_PAID', verified: true, reason: 'NOTENOUGH 余额不足' },
    ]);
  });
});

describe('a notification that is not WeChat’s', () => {
  const forgeries: [string, (notice: NoticeFields) => string][] = [
    ['unsigned', (notice) => xml(notice)],
    ['with an empty signature', (notice) => xml({ ...notice, sign: '' })],
    ['signed with another key', (notice) => xml(signed(system, notice, { key: 'k'.repeat(32) }))],
    ['signed without a key', (notice) => xml(signed(system, notice, { key: '' }))],
    [
      'with one byte altered after signing',
      (notice) => xml({ ...signed(system, notice), total_fee: String(PRICE - 1) }),
    ],
    ['with a field added after signing', (notice) => xml({ ...signed(system, notice), attach: 'x' })],
    [
      'with a signature in lower case',
      (notice) => xml({ ...notice, sign: (signed(system, notice)['sign'] ?? '').toLowerCase() }),
    ],
    [
      'with half a signature',
      (notice) => xml({ ...notice, sign: (signed(system, notice)['sign'] ?? '').slice(0, 16) }),
    ],
    [
      'signed with another algorithm than the account’s',
      (notice) => xml(signed(system, { ...notice, sign_type: 'HMAC-SHA256' }, { type: 'HMAC-SHA256' })),
    ],
    ['that only claims a failed communication', (notice) => xml({ ...notice, return_code: 'FAIL' })],
  ];

  it.each(forgeries)('M-03, Q-03: %s is refused with 401 and changes nothing', async (_, forge) => {
    const { order, notice } = await ordered();
    const body = forge(notice);
    expect(await post(system, body)).toEqual(refused(401));
    expect(await booksOf(system.database, order.id)).toMatchObject({ ...untouched, verdicts: [] });
    const rows = await inbox(body);
    expect(rows).toMatchObject([{ verdict: 'FORGED', verified: false }]);
  });

  it('M-03: nothing of it is kept as a fact, only its beginning and its hash', async () => {
    const { notice } = await ordered();
    const body = xml({ ...notice, attach: 'a'.repeat(10_000) });
    expect(await post(system, body)).toEqual(refused(401));
    const [row] = await system.database.query<{
      body: Buffer;
      out_trade_no: null;
      transaction_id: null;
      order_id: null;
      body_sha256: Buffer;
    }>('SELECT * FROM notifications ORDER BY received_at DESC, id DESC LIMIT 1');
    expect(row).toMatchObject({ out_trade_no: null, transaction_id: null, order_id: null });
    expect(row?.body.equals(Buffer.from(body).subarray(0, 4096))).toBe(true);
    expect(row?.body_sha256.equals(createHash('sha256').update(body).digest())).toBe(true);
  });

  it.each<[string, Record<string, string>]>([
    ['for localhost', { host: 'localhost', 'content-type': 'text/xml' }],
    [
      'from 127.0.0.1',
      { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1', 'content-type': 'text/xml' },
    ],
    ['with headers of a test', { 'x-debug': '1', 'wechatpay-signtest': '1', 'user-agent': 'Mozilla/4.0' }],
    ['without any header', {}],
    ['as JSON', { 'content-type': 'application/json' }],
    ['as a form', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['with a content type that is none', { 'content-type': '; ;' }],
  ])('M-04: is refused wherever it claims to come from: %s', async (_, headers) => {
    const { order, notice } = await ordered();
    expect(await post(system, xml(notice), { headers })).toEqual(refused(401));
    expect(await booksOf(system.database, order.id)).toMatchObject(untouched);
  });

  it.each<[string, NoticeFields]>([
    ['another merchant', { mch_id: '1900000001' }],
    ['another app', { appid: 'wx0123456789abcdef' }],
    ['no merchant', { mch_id: '' }],
    ['no app', { appid: '' }],
  ])('M-06, Q-04: signed with our key but about %s is refused with 403', async (_, changes) => {
    const { order, notice } = await ordered();
    const body = xml(signed(system, { ...notice, ...changes }));
    expect(await post(system, body)).toEqual(refused(403));
    expect(await booksOf(system.database, order.id)).toMatchObject(untouched);
    expect(await inbox(body)).toMatchObject([{ verdict: 'FOREIGN' }]);
  });

  it('M-06: about our other app than the one this payment was made with is refused with 403', async () => {
    const { order, notice } = await ordered();
    const body = xml(signed(system, { ...notice, appid: system.env['WXPAY_APP_APP_ID'] ?? '' }));
    expect(await post(system, body)).toEqual(refused(403));
    expect(await booksOf(system.database, order.id)).toMatchObject({ ...untouched, verdicts: ['FOREIGN'] });
  });

  const BOMB = '<!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>';
  it.each<[string, string | Buffer]>([
    ['nothing at all', ''],
    ['a list in JSON', '["return_code"]'],
    ['half a document', '<xml><return_code>SUCCESS</return_code>'],
    ['another root', '<root><return_code>SUCCESS</return_code></root>'],
    ['a document type', '<!DOCTYPE xml><xml><a>1</a></xml>'],
    ['an entity bomb', `${BOMB}<xml><a>&b;</a></xml>`],
    [
      'an external entity',
      '<?xml version="1.0"?><!DOCTYPE foo [<!ENTITY x SYSTEM "file:///etc/passwd">]><xml><attach>&x;</attach></xml>',
    ],
    ['a field twice', '<xml><total_fee>1</total_fee><total_fee>2</total_fee></xml>'],
    ['nested fields', '<xml><a><b>1</b></a></xml>'],
    [
      'another charset',
      Buffer.from('<?xml version="1.0" encoding="GBK"?><xml><a>\xd6\xd0</a></xml>', 'latin1'),
    ],
    ['broken UTF-8', Buffer.from('<xml><a>\xff\xfe</a></xml>', 'latin1')],
  ])('is refused with 400 when it is %s', async (_, body) => {
    expect(await post(system, body)).toEqual(refused(400));
    const rows = await system.database.query<{ verdict: string; verified: boolean }>(
      'SELECT verdict, verified FROM notifications WHERE body_sha256 = $1',
      [createHash('sha256').update(body).digest()],
    );
    expect(rows).toContainEqual({ verdict: 'MALFORMED', verified: false });
  });

  it.each<[string, NoticeFields]>([
    ['no number', { out_trade_no: '' }],
    ['no transaction', { transaction_id: '' }],
    ['no amount', { total_fee: '' }],
    ['an amount in yuan', { total_fee: '19.90' }],
    ['a negative amount', { total_fee: '-1990' }],
    ['an amount with an exponent', { total_fee: '1e3' }],
    ['an impossible time', { time_end: '20261332000000' }],
  ])('is refused with 400 when it is signed but has %s', async (_, changes) => {
    const { order, notice } = await ordered();
    expect(await post(system, xml(signed(system, { ...notice, ...changes })))).toEqual(refused(400));
    expect(await booksOf(system.database, order.id)).toMatchObject(untouched);
  });

  it('is refused with 413, in WeChat’s own form, when it is larger than a megabyte; nothing is stored', async () => {
    const [before] = await system.database.query('SELECT count(*) FROM notifications');
    expect(await post(system, Buffer.alloc(2 * 1024 * 1024, 'a'))).toEqual(refused(413));
    const [after] = await system.database.query('SELECT count(*) FROM notifications');
    expect(after).toEqual(before);
  });

  it('is refused with 404 for an account that does not exist', async () => {
    const { notice } = await ordered();
    const answer = await post(system, xml(signed(system, notice)), { path: '/notify/wxpay/nobody/payment' });
    expect(answer).toEqual(refused(404));
  });

  it('is not taken by GET', async () => {
    const answer = await fetch(`${system.url}/notify/wxpay/default/payment`);
    expect([404, 405]).toContain(answer.status);
  });
});

describe('money that arrives wrongly', () => {
  it.each([1, PRICE - 1, PRICE + 1, PRICE * 100])(
    'M-05, Q-04: %i fen instead of 1990 go to suspense and pay nothing',
    async (fen) => {
      const { order, payment, notice } = await ordered();
      const body = xml(signed(system, { ...notice, total_fee: String(fen) }));
      expect(await post(system, body)).toEqual(OK);
      const books = await booksOf(system.database, order.id);
      expect(books).toMatchObject({
        status: 'PENDING_PAYMENT',
        paidFen: 0,
        suspense: [{ kind: 'WRONG_AMOUNT', amountFen: fen, transactionId: notice['transaction_id'] }],
        ledger: { WECHAT_RECEIVABLE: fen, SUSPENSE: -fen },
        movements: 1,
        jobs: 0,
        payments: [{ outTradeNo: payment.outTradeNo, status: 'SUCCESS' }],
        verdicts: ['WRONG_AMOUNT'],
      });
      expect(await post(system, body)).toEqual(OK);
      expect(await booksOf(system.database, order.id)).toEqual({
        ...books,
        verdicts: ['WRONG_AMOUNT', 'DUPLICATE'],
      });
    },
  );

  it('M-05: what the buyer paid after coupons is not what is compared', async () => {
    const { order, notice } = await ordered();
    const fields = {
      ...notice,
      total_fee: String(PRICE + 100),
      cash_fee: String(PRICE),
      settlement_total_fee: String(PRICE),
    };
    expect(await post(system, xml(signed(system, fields)))).toEqual(OK);
    expect(await booksOf(system.database, order.id)).toMatchObject({
      status: 'PENDING_PAYMENT',
      suspense: [{ kind: 'WRONG_AMOUNT', amountFen: PRICE + 100 }],
    });
  });

  it('M-05: the right number of another currency goes to suspense', async () => {
    const { order, notice } = await ordered();
    expect(await post(system, xml(signed(system, { ...notice, fee_type: 'USD' })))).toEqual(OK);
    expect(await booksOf(system.database, order.id)).toMatchObject({
      status: 'PENDING_PAYMENT',
      suspense: [{ kind: 'WRONG_AMOUNT', amountFen: PRICE }],
      jobs: 0,
    });
  });

  it('after a wrong amount the order can still be paid, by a new attempt', async () => {
    const { order, notice } = await ordered();
    await post(system, xml(signed(system, { ...notice, total_fee: '1' })));
    const again = await buyer.send<CheckedOut>('POST', `/api/v1/orders/${order.id}/payments`, {
      tradeType: 'JSAPI',
    });
    expect(again.body.payment.outTradeNo).toBe(`${order.orderNo}-2`);
    await system.control.pay({ outTradeNo: again.body.payment.outTradeNo });
    await buyer.orderBecomes(order.id, 'PAID');
    expect(await booksOf(system.database, order.id)).toMatchObject({
      paidFen: PRICE,
      ledger: { WECHAT_RECEIVABLE: PRICE + 1, CUSTOMER_DEPOSITS: -PRICE, SUSPENSE: -1 },
    });
  });

  it('M-09, M-10: a payment of a closed order goes to suspense; the order stays closed, its stock stays on the shelf', async () => {
    const product = await system.product({ priceFen: PRICE, stock: 5 });
    const { order, payment } = await buyer.checkout(product, 2);
    expect((await buyer.send('POST', `/api/v1/orders/${order.id}/cancel`)).status).toBe(200);
    await system.control.pay({ outTradeNo: payment.outTradeNo, force: true });
    await eventually(async () =>
      expect(await booksOf(system.database, order.id)).toMatchObject({ verdicts: ['LATE'] }),
    );
    expect(await booksOf(system.database, order.id)).toMatchObject({
      status: 'CLOSED',
      paidFen: 0,
      suspense: [{ kind: 'LATE', amountFen: 2 * PRICE }],
      ledger: { WECHAT_RECEIVABLE: 2 * PRICE, SUSPENSE: -2 * PRICE },
      payments: [{ status: 'SUCCESS' }],
      jobs: 0,
    });
    expect(await system.database.query('SELECT stock FROM products WHERE id = $1', [product])).toEqual([
      { stock: 5 },
    ]);
  });

  it('M-11: paid by two attempts: the second is kept in suspense, the order is paid once', async () => {
    const first = await ordered();
    const second = await buyer.send<CheckedOut>('POST', `/api/v1/orders/${first.order.id}/payments`, {
      tradeType: 'NATIVE',
    });
    await system.control.pay({ outTradeNo: second.body.payment.outTradeNo });
    await buyer.orderBecomes(first.order.id, 'PAID');
    await system.control.pay({ outTradeNo: first.payment.outTradeNo, force: true });
    await eventually(async () =>
      expect(await booksOf(system.database, first.order.id)).toMatchObject({
        verdicts: ['SETTLED', 'DOUBLE'],
      }),
    );
    expect(await booksOf(system.database, first.order.id)).toMatchObject({
      status: 'PAID',
      paidFen: PRICE,
      suspense: [{ kind: 'DOUBLE', amountFen: PRICE }],
      ledger: { WECHAT_RECEIVABLE: 2 * PRICE, CUSTOMER_DEPOSITS: -PRICE, SUSPENSE: -PRICE },
      jobs: 1,
    });
  });

  it('M-11: two transactions for one number: the second is kept in suspense', async () => {
    const { order, notice } = await ordered();
    await post(system, xml(signed(system, notice)));
    const second = { ...notice, transaction_id: newTransactionId() };
    for (let copy = 0; copy < 2; copy++) expect(await post(system, xml(signed(system, second)))).toEqual(OK);
    expect(await booksOf(system.database, order.id)).toMatchObject({
      status: 'PAID',
      payments: [{ transactionId: notice['transaction_id'] }],
      suspense: [{ kind: 'DOUBLE', transactionId: second.transaction_id }],
      ledger: { WECHAT_RECEIVABLE: 2 * PRICE, CUSTOMER_DEPOSITS: -PRICE, SUSPENSE: -PRICE },
      movements: 2,
      jobs: 1,
    });
  });

  it('a payment for a number we never gave out is kept in suspense once, however often it comes', async () => {
    const notice = paidNotice(system, { out_trade_no: 'SOMEBODY-ELSES-1', total_fee: '4711' });
    const body = xml(signed(system, notice));
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(system, body)));
    for (const answer of answers) expect(answer).toEqual(OK);
    const items = await system.database.query<{
      id: string;
      kind: string;
      amount_fen: string;
      evidence: NoticeFields;
    }>('SELECT * FROM suspense_items WHERE transaction_id = $1', [notice['transaction_id']]);
    expect(items).toMatchObject([
      { kind: 'UNKNOWN_ORDER', amount_fen: '4711', evidence: { total_fee: '4711' } },
    ]);
    const entries = await system.database.query(
      'SELECT account, amount_fen FROM ledger_entries WHERE subject_id = $1',
      [items[0]?.id],
    );
    expect(entries).toHaveLength(2);
  });
});

describe('one notification, many times', () => {
  it('M-25, Q-05: 50 copies each of three notifications, shuffled and at once: one payment, one movement, one job each', async () => {
    const orders = [await ordered(), await ordered(), await ordered()];
    const bodies = orders.flatMap(({ notice }) => {
      const body = xml(signed(system, notice));
      return Array.from({ length: 50 }, () => body);
    });
    const shuffled = bodies
      .map((body, index) => ({ body, at: (index * 7919) % 151 }))
      .sort((a, b) => a.at - b.at);
    const answers = await Promise.all(shuffled.map(({ body }) => post(system, body)));
    for (const answer of answers) expect(answer).toEqual(OK);
    for (const { order } of orders) {
      const books = await booksOf(system.database, order.id);
      expect(books).toMatchObject({ ...paidOnce, payments: [{ status: 'SUCCESS' }] });
      expect(books.verdicts.filter((verdict) => verdict === 'SETTLED')).toHaveLength(1);
      expect(books.verdicts.filter((verdict) => verdict === 'DUPLICATE')).toHaveLength(49);
    }
  });

  it('two lines of WeChat’s at once (duplicateNotify) are one payment', async () => {
    const { order, payment } = await ordered();
    await system.control.fault({ path: 'notify', fault: 'duplicateNotify', count: 1 });
    await system.control.pay({ outTradeNo: payment.outTradeNo });
    await eventually(async () => {
      const [notification] = await system.control.notifications(payment.outTradeNo);
      expect(notification?.attempts).toMatchObject([{ outcome: 'delivered' }, { outcome: 'delivered' }]);
    });
    expect(await booksOf(system.database, order.id)).toMatchObject(paidOnce);
  });
});

/** Makes booking fail, or wait, from inside the database. */
async function onBooking(sql: string): Promise<void> {
  await system.database.query(
    `CREATE FUNCTION test_on_booking() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${sql}; RETURN NULL; END $$`,
  );
  await system.database.query(
    'CREATE TRIGGER test_on_booking BEFORE INSERT ON ledger_entries FOR EACH STATEMENT EXECUTE FUNCTION test_on_booking()',
  );
}

describe('when handling fails', () => {
  afterEach(() => system.database.query('DROP FUNCTION IF EXISTS test_on_booking() CASCADE'));

  it('M-01, Q-02: WeChat hears FAIL, nothing is half done, and the next delivery succeeds', async () => {
    const { order, notice } = await ordered();
    const body = xml(signed(system, notice));
    await onBooking("RAISE EXCEPTION 'the disk is full'");
    const answer = await post(system, body);
    expect(answer).toEqual(refused(503));
    expect(answer.body).not.toContain('disk');
    expect(await booksOf(system.database, order.id)).toMatchObject({
      ...untouched,
      payments: [{ status: 'PREPAID' }],
    });
    await system.database.query('DROP FUNCTION test_on_booking() CASCADE');
    expect(await post(system, body)).toEqual(OK);
    expect(await booksOf(system.database, order.id)).toMatchObject(paidOnce);
  });

  it('M-01: WeChat itself delivers again by its schedule until it is heard', async () => {
    const { order, payment } = await ordered();
    await onBooking("RAISE EXCEPTION 'the disk is full'");
    await system.control.pay({ outTradeNo: payment.outTradeNo });
    await eventually(async () => {
      const [notification] = await system.control.notifications(payment.outTradeNo);
      expect(notification?.attempts).toMatchObject([{ outcome: 'rejected', status: 503 }]);
    });
    await system.database.query('DROP FUNCTION test_on_booking() CASCADE');
    await system.control.advance(15);
    await buyer.orderBecomes(order.id, 'PAID');
    const [notification] = await system.control.notifications(payment.outTradeNo);
    expect(notification).toMatchObject({ status: 'delivered' });
    expect(await booksOf(system.database, order.id)).toMatchObject(paidOnce);
  });

  it('M-02: while somebody else holds the order, no answer is given; it comes with the commit', async () => {
    const { order, notice } = await ordered();
    const holder = new pg.Client(system.database.url);
    await holder.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT 1 FROM orders WHERE id = $1 FOR UPDATE', [order.id]);
      let answered: NoticeAnswer | undefined;
      const answer = post(system, xml(signed(system, notice))).then((given) => (answered = given));
      await eventually(async () => expect(await waitingForLock(system.database)).toHaveLength(1));
      expect(answered).toBeUndefined();
      await holder.query('COMMIT');
      expect(await answer).toEqual(OK);
    } finally {
      await holder.end();
    }
    expect(await booksOf(system.database, order.id)).toMatchObject(paidOnce);
  });

  it('M-02: the transaction dies half-way: nobody hears SUCCESS before it is decided again, once', async () => {
    const { order, notice } = await ordered();
    const body = xml(signed(system, notice));
    await onBooking('PERFORM pg_advisory_xact_lock(4711)');
    const holder = new pg.Client(system.database.url);
    await holder.connect();
    try {
      await holder.query('SELECT pg_advisory_lock(4711)');
      let answered = 0;
      const answers = [1, 2].map(() => post(system, body).finally(() => answered++));
      await eventually(async () => expect(await waitingForLock(system.database)).toHaveLength(1));
      const [pid] = await waitingForLock(system.database);
      await system.database.query('SELECT pg_terminate_backend($1)', [pid]);
      await eventually(async () => {
        expect(await waitingForLock(system.database)).toHaveLength(1);
        expect(await waitingForLock(system.database)).not.toContain(pid);
      });
      expect(await booksOf(system.database, order.id)).toMatchObject(untouched);
      expect(answered).toBe(0);
      await holder.query('SELECT pg_advisory_unlock(4711)');
      for (const answer of answers) expect(await answer).toEqual(OK);
    } finally {
      await holder.end();
    }
    expect(await booksOf(system.database, order.id)).toMatchObject(paidOnce);
  });
});

describe('with WXPAY_CONFIRM_NOTIFY=query', () => {
  beforeAll(() => system.restart({ WXPAY_CONFIRM_NOTIFY: 'query' }));

  it('WeChat is asked before the order becomes paid', async () => {
    const { order, payment } = await ordered();
    await system.control.pay({ outTradeNo: payment.outTradeNo });
    await buyer.orderBecomes(order.id, 'PAID');
    expect(await system.control.asked(payment.outTradeNo)).toEqual([
      '/pay/unifiedorder SUCCESS',
      '/pay/orderquery SUCCESS',
    ]);
    expect(await booksOf(system.database, order.id)).toMatchObject({ ...paidOnce, verdicts: ['SETTLED'] });
  });

  it('a notification signed with a stolen key pays nothing: WeChat does not confirm it', async () => {
    const { order, notice } = await ordered();
    const body = xml(signed(system, notice));
    expect(await post(system, body)).toEqual(refused(503));
    expect(await booksOf(system.database, order.id)).toMatchObject(untouched);
    expect(await inbox(body)).toMatchObject([{ verdict: 'UNCONFIRMED', verified: true }]);
  });

  it('what WeChat answers is settled, not what the notification claims', async () => {
    const { order, payment } = await paidUnheard();
    const { transactionId = '' } = await system.control.transaction(payment.outTradeNo);
    const claim = { out_trade_no: payment.outTradeNo, transaction_id: transactionId, total_fee: '1' };
    expect(await post(system, xml(signed(system, paidNotice(system, claim))))).toEqual(OK);
    expect(await booksOf(system.database, order.id)).toMatchObject(paidOnce);
  });

  it('a notification that names another transaction than WeChat does is not confirmed', async () => {
    const { order, payment } = await paidUnheard();
    const claim = { out_trade_no: payment.outTradeNo, total_fee: String(PRICE) };
    expect(await post(system, xml(signed(system, paidNotice(system, claim))))).toEqual(refused(503));
    expect(await booksOf(system.database, order.id)).toMatchObject(untouched);
  });

  it.each(['SYSTEMERROR', 'http500', 'reset', 'garbage', 'badSignature'])(
    'while the question ends in %s nothing changes and WeChat hears FAIL; a later delivery settles',
    async (fault) => {
      const { order, body } = await paidUnheard();
      await system.control.fault({ path: '/pay/orderquery', fault });
      expect(await post(system, body)).toEqual(refused(503));
      expect(await booksOf(system.database, order.id)).toMatchObject(untouched);
      expect(await inbox(body)).toMatchObject([{ verdict: 'UNCONFIRMED' }]);
      await system.control.noFaults();
      expect(await post(system, body)).toEqual(OK);
      expect(await booksOf(system.database, order.id)).toMatchObject(paidOnce);
    },
  );

  it('M-17: no transaction is open while WeChat is asked', async () => {
    const { body } = await paidUnheard();
    await system.control.fault({ path: '/pay/orderquery', fault: 'slow', ms: 400, count: 1 });
    const answer = post(system, body);
    await eventually(async () => expect(await system.control.applied()).toEqual([1]));
    const open = await system.database.query(
      `SELECT query FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'checkout'
       AND state LIKE 'idle in transaction%'`,
    );
    expect(open).toEqual([]);
    expect(await answer).toEqual(OK);
  });
});

describe('a flood of forgeries', () => {
  it('fills no disk: what is not believed is kept up to a limit per minute, and everything is still refused', async () => {
    await system.restart(); // the limit counts per instance
    const [before] = await system.database.query<{ count: string }>('SELECT count(*) FROM notifications');
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, copy) => post(system, `<xml><a>${copy}</a></xml>`)),
    );
    for (const answer of answers) expect(answer).toEqual(refused(401));
    const [after] = await system.database.query<{ count: string }>('SELECT count(*) FROM notifications');
    expect(Number(after?.count) - Number(before?.count)).toBe(120);
  });
});
