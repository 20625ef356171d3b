import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { OrderView } from '../../src/order/order.schema.js';
import { booksOf, postponeChecks } from '../support/books.js';
import { TestBuyer, type Answer, type CheckedOut, type ProblemBody } from '../support/buyer.js';
import { eventually } from '../support/eventually.js';
import { PROTOCOLS, type ProtocolName } from '../support/protocols.js';
import { startSystem, type System } from '../support/system.js';

const from = (ip: string) => ({ 'x-forwarded-for': ip });

/** Paying an order, again and after every trouble, over one protocol. */
export function paymentSuite(protocol: ProtocolName): void {
  const { env, paths, routes, garbage, noAuth } = PROTOCOLS[protocol];
  /** API v3 has a path for each trade type. */
  const prepayPath = (tradeType: string): string => paths.prepay.replace('jsapi', tradeType.toLowerCase());
  describe(protocol, () => {
    let system: System;
    let buyer: TestBuyer;
    let productId: string;

    const PRICE = 1990;

    beforeAll(async () => {
      system = await startSystem({
        ...env,
        WXPAY_CONFIRM_NOTIFY: 'signature',
        WXPAY_TIMEOUT_MS: '1200',
        TRUSTED_PROXIES: '127.0.0.1',
      });
      buyer = await TestBuyer.login(system);
      productId = await system.product({ priceFen: PRICE });
    });
    beforeEach(() => postponeChecks(system.database));
    afterEach(() => system.control.noFaults());
    afterAll(() => system.stop());

    function pay<Body = Pick<CheckedOut, 'payment' | 'payParams'>>(
      orderId: string,
      tradeType = 'JSAPI',
      headers: Record<string, string> = {},
    ): Promise<Answer<Body>> {
      return buyer.send<Body>('POST', `/api/v1/orders/${orderId}/payments`, { tradeType }, headers);
    }

    function act<Body = OrderView>(orderId: string, action: 'sync' | 'cancel'): Promise<Answer<Body>> {
      return buyer.send<Body>('POST', `/api/v1/orders/${orderId}/${action}`);
    }

    function tryCheckout(more: Record<string, unknown> = {}): Promise<Answer<ProblemBody>> {
      return buyer.send('POST', '/api/v1/checkout', { items: [{ productId, quantity: 1 }], ...more });
    }

    async function orderOnly(product = productId): Promise<OrderView> {
      const answer = await buyer.send<OrderView>('POST', '/api/v1/orders', {
        items: [{ productId: product, quantity: 1 }],
      });
      expect(answer.status).toBe(201);
      return answer.body;
    }

    /** The buyer pays, and WeChat's notification is lost. */
    async function payUnheard(outTradeNo: string): Promise<void> {
      // About this number: what was dropped before comes again at any time, and would use up the one that is dropped.
      await system.control.fault({ path: 'notify', fault: 'dropNotify', count: 1, about: [outTradeNo] });
      await system.control.pay({ outTradeNo });
      await eventually(async () => expect(await system.control.applied()).toContain(1));
      await system.control.noFaults();
    }

    /** The newest order of the buyer: the one a failed checkout has left. */
    async function newestOrder(): Promise<OrderView> {
      const { body } = await buyer.send<{ items: OrderView[] }>('GET', '/api/v1/orders?limit=1');
      const [order] = body.items;
      if (order === undefined) throw new Error('the buyer has no order');
      return order;
    }

    const statusesOf = async (orderId: string): Promise<string[]> =>
      (await booksOf(system.database, orderId)).payments.map(({ status }) => status);

    it.each(['JSAPI', 'APP', 'NATIVE', 'H5'])(
      'a prepay (%s) that WeChat accepts without what opens the cashier is unknown, and good the next time',
      async (tradeType) => {
        const order = await orderOnly();
        await system.control.fault({ path: prepayPath(tradeType), fault: 'empty' });
        expect(await pay<ProblemBody>(order.id, tradeType)).toMatchObject({
          status: 504,
          body: { code: 'WXPAY_OUTCOME_UNKNOWN', reason: 'UNREADABLE' },
        });
        expect(await statusesOf(order.id)).toEqual(['CREATED']);
        await system.control.noFaults();
        expect((await pay(order.id, tradeType)).status).toBe(201);
      },
    );

    describe('paying again', () => {
      it('the same way gives the same number and the same prepay, without asking WeChat again', async () => {
        const { order, payment, payParams } = await buyer.checkout(productId);
        const again = await pay(order.id);
        expect(again.status).toBe(201);
        expect(again.body.payment).toEqual(payment);
        expect(again.body.payParams['package']).toBe(payParams['package']);
        expect(again.body.payParams['nonceStr']).not.toBe(payParams['nonceStr']);
        expect(await system.control.asked(payment.outTradeNo)).toEqual([`${routes.prepay} SUCCESS`]);
        await system.control.pay({ outTradeNo: payment.outTradeNo, payParams: again.body.payParams });
        await buyer.orderBecomes(order.id, 'PAID');
      });

      it('an order made without paying is paid later, under its first number', async () => {
        const order = await orderOnly();
        const { status, body } = await pay(order.id, 'NATIVE');
        expect(status).toBe(201);
        expect(body.payment).toMatchObject({
          outTradeNo: `${order.orderNo}-1`,
          tradeType: 'NATIVE',
          amountFen: PRICE,
          status: 'PREPAID',
          expiresAt: order.expiresAt,
        });
        expect(body.payParams['codeUrl']).toMatch(/^weixin:/);
      });

      it('another way closes the old attempt at WeChat first and uses the next number', async () => {
        const { order, payment } = await buyer.checkout(productId);
        const { status, body } = await pay(order.id, 'NATIVE');
        expect(status).toBe(201);
        expect(body.payment.outTradeNo).toBe(`${order.orderNo}-2`);
        expect(await system.control.asked(payment.outTradeNo)).toEqual([
          `${routes.prepay} SUCCESS`,
          `${routes.query} SUCCESS`,
          `${routes.close} SUCCESS`,
        ]);
        expect(await statusesOf(order.id)).toEqual(['CLOSED', 'PREPAID']);
        await system.control.pay({ outTradeNo: body.payment.outTradeNo });
        await buyer.orderBecomes(order.id, 'PAID');
      });

      it('while WeChat does not say whether the old attempt is closed, there is no new one', async () => {
        const { order } = await buyer.checkout(productId);
        await system.control.fault({ path: paths.close, fault: 'SYSTEMERROR' });
        expect(await pay<ProblemBody>(order.id, 'NATIVE')).toMatchObject({
          status: 504,
          body: { code: 'WXPAY_OUTCOME_UNKNOWN', orderId: order.id, reason: 'SYSTEM_ERROR' },
        });
        expect(await statusesOf(order.id)).toEqual(['PREPAID']);
        await system.control.noFaults();
        expect((await pay(order.id, 'NATIVE')).body.payment.outTradeNo).toBe(`${order.orderNo}-2`);
      });

      it('another way, but the old attempt was paid: the order is paid, nothing new is started', async () => {
        const { order, payment } = await buyer.checkout(productId);
        await payUnheard(payment.outTradeNo);
        expect(await pay<ProblemBody>(order.id, 'NATIVE')).toMatchObject({
          status: 409,
          body: { code: 'ORDER_ALREADY_PAID' },
        });
        expect(await booksOf(system.database, order.id)).toMatchObject({
          status: 'PAID',
          payments: [{ status: 'SUCCESS' }],
          jobs: 1,
        });
      });

      it('in a browser from another address closes first, because WeChat binds H5 to the address', async () => {
        const order = await orderOnly();
        const first = await pay(order.id, 'H5', from('203.0.113.7'));
        expect(first.body.payParams['h5Url']).toContain('prepay_id=');
        const same = await pay(order.id, 'H5', from('203.0.113.7'));
        expect(same.body).toEqual(first.body);
        const other = await pay(order.id, 'H5', from('203.0.113.8'));
        expect(other.body.payment.outTradeNo).toBe(`${order.orderNo}-2`);
        expect(await system.control.transaction(first.body.payment.outTradeNo)).toMatchObject({
          tradeState: 'CLOSED',
        });
      });

      it('Q-14: a browser page older than three minutes is asked for again, under the same number', async () => {
        const order = await orderOnly();
        const first = await pay(order.id, 'H5');
        await system.control.advance(181);
        const again = await pay(order.id, 'H5');
        expect(again.body.payment.outTradeNo).toBe(first.body.payment.outTradeNo);
        expect(again.body.payParams['h5Url']).not.toBe(first.body.payParams['h5Url']);
        await system.control.pay({ h5Url: again.body.payParams['h5Url'] });
        await buyer.orderBecomes(order.id, 'PAID');
      });

      it('Q-14: any other way to pay is asked for again after 110 minutes, under the same number', async () => {
        await system.restart({ ORDER_EXPIRE_MINUTES: '300' });
        try {
          for (const [tradeType, param] of [
            ['JSAPI', 'package'],
            ['NATIVE', 'codeUrl'],
          ] as const) {
            const order = await orderOnly();
            const first = await pay(order.id, tradeType);
            await system.control.advance(109 * 60);
            const same = await pay(order.id, tradeType);
            expect(same.body.payment.outTradeNo).toBe(first.body.payment.outTradeNo);
            expect(same.body.payParams[param]).toBe(first.body.payParams[param]);
            await system.control.advance(2 * 60);
            const again = await pay(order.id, tradeType);
            expect(again.body.payment.outTradeNo).toBe(first.body.payment.outTradeNo);
            expect(again.body.payParams[param]).not.toBe(first.body.payParams[param]);
            expect(await system.control.transactionsOfOrder(order.orderNo)).toHaveLength(1);
          }
        } finally {
          await system.restart();
        }
      });

      it('ten requests at once, two ways: never two open attempts, and one of them can be paid', async () => {
        const order = await orderOnly();
        const answers = await Promise.all(
          Array.from({ length: 10 }, (_, index) =>
            pay<ProblemBody>(order.id, index % 2 === 0 ? 'JSAPI' : 'NATIVE'),
          ),
        );
        for (const { status } of answers) expect([201, 409]).toContain(status);
        const { payments } = await booksOf(system.database, order.id);
        const open = payments.filter(({ status }) => status === 'PREPAID' || status === 'CREATED');
        expect(open).toHaveLength(1);
        const atWeChat = await system.control.transactionsOfOrder(order.orderNo);
        expect(atWeChat.filter(({ tradeState }) => tradeState === 'NOTPAY').length).toBeLessThanOrEqual(1);
        const last = await pay(order.id, 'JSAPI');
        await system.control.pay({
          outTradeNo: last.body.payment.outTradeNo,
          payParams: last.body.payParams,
        });
        await buyer.orderBecomes(order.id, 'PAID');
      });

      it('ten requests at once, one way: one number, one transaction at WeChat', async () => {
        const order = await orderOnly();
        const answers = await Promise.all(Array.from({ length: 10 }, () => pay(order.id)));
        for (const { status, body } of answers) {
          expect(status).toBe(201);
          expect(body.payment.outTradeNo).toBe(`${order.orderNo}-1`);
        }
        expect(await system.control.transactionsOfOrder(order.orderNo)).toHaveLength(1);
      });

      it('a paid order is not paid again', async () => {
        const { order, payment } = await buyer.checkout(productId);
        await system.control.pay({ outTradeNo: payment.outTradeNo });
        await buyer.orderBecomes(order.id, 'PAID');
        expect(await pay(order.id)).toMatchObject({
          status: 409,
          body: { code: 'ORDER_ALREADY_PAID', orderId: order.id },
        });
      });

      it('a closed order is not paid', async () => {
        const order = await orderOnly();
        await act(order.id, 'cancel');
        expect(await pay(order.id)).toMatchObject({ status: 409, body: { code: 'ORDER_CLOSED' } });
      });

      it('with less than 90 seconds left nothing is started, with or without an open attempt', async () => {
        const fresh = await orderOnly();
        const { order: prepaid } = await buyer.checkout(productId);
        await system.control.advance(20 * 60 - 89);
        for (const { id } of [fresh, prepaid]) {
          expect(await pay(id)).toMatchObject({ status: 409, body: { code: 'ORDER_EXPIRED', orderId: id } });
        }
        expect(await statusesOf(fresh.id)).toEqual([]);
      });

      it('somebody else’s order can be neither paid, asked about, nor cancelled', async () => {
        const { order } = await buyer.checkout(productId);
        const other = await TestBuyer.login(system);
        const orders = `/api/v1/orders/${order.id}`;
        for (const [path, body] of [
          ['payments', { tradeType: 'JSAPI' }],
          ['sync', undefined],
          ['cancel', undefined],
        ] as const) {
          expect(await other.send('POST', `${orders}/${path}`, body)).toMatchObject({
            status: 404,
            body: { code: 'ORDER_NOT_FOUND' },
          });
        }
        expect(await booksOf(system.database, order.id)).toMatchObject({ status: 'PENDING_PAYMENT' });
      });
    });

    describe('when WeChat gives no certain answer to a prepay', () => {
      it.each([
        ['timeout', 'TIMEOUT'],
        ['processedThenTimeout', 'TIMEOUT'],
        ['reset', 'CONNECTION_LOST'],
        ['http500', 'HTTP_STATUS'],
        ['SYSTEMERROR', 'SYSTEM_ERROR'],
        ['garbage', garbage],
        ['badSignature', 'UNVERIFIED'],
      ])(
        '%s: 504 with the order and reason %s; the row waits, the retry pays under the same number',
        async (fault, reason) => {
          await system.control.fault({ path: paths.prepay, fault });
          const failed = await tryCheckout();
          expect(failed).toMatchObject({
            status: 504,
            body: { code: 'WXPAY_OUTCOME_UNKNOWN', orderId: expect.any(String), reason },
          });
          expect(failed.headers.get('retry-after')).toBe('2');
          const orderId = failed.body.orderId ?? '';
          const order = await buyer.order(orderId);
          expect(order.status).toBe('PENDING_PAYMENT');
          expect(await statusesOf(orderId)).toEqual(['CREATED']);
          await system.control.noFaults();
          const { status, body } = await pay(orderId);
          expect(status).toBe(201);
          expect(body.payment.outTradeNo).toBe(`${order.orderNo}-1`);
          expect(await system.control.transactionsOfOrder(order.orderNo)).toHaveLength(1);
          await system.control.pay({ outTradeNo: body.payment.outTradeNo, payParams: body.payParams });
          await buyer.orderBecomes(orderId, 'PAID');
          expect(await booksOf(system.database, orderId)).toMatchObject({
            payments: [{ status: 'SUCCESS' }],
            movements: 1,
          });
        },
      );

      it.each(['SYSTEMERROR', 'reset', 'http500'])(
        'a single %s is repeated at once and the buyer notices nothing',
        async (fault) => {
          await system.control.fault({ path: paths.prepay, fault, count: 1 });
          const { order, payment } = await buyer.checkout(productId);
          expect(payment.status).toBe('PREPAID');
          expect(await system.control.transactionsOfOrder(order.orderNo)).toHaveLength(1);
        },
      );

      it('a lost answer to a prepay that WeChat did accept is repeated identically: still one transaction', async () => {
        await system.control.fault({
          path: paths.prepay,
          fault: 'processedThenTimeout',
          ms: 10,
          count: 1,
        });
        const { order, payment } = await buyer.checkout(productId);
        const atWeChat = await system.control.transactionsOfOrder(order.orderNo);
        expect(atWeChat).toMatchObject([{ outTradeNo: payment.outTradeNo }]);
        expect(atWeChat[0]?.prepayIds).toHaveLength(2);
      });

      it('paid although our prepay got no answer: the retry finds it paid', async () => {
        await system.control.fault({ path: paths.prepay, fault: 'processedThenTimeout' });
        const failed = await tryCheckout();
        const orderId = failed.body.orderId ?? '';
        await system.control.noFaults();
        await payUnheard(`${(await buyer.order(orderId)).orderNo}-1`);
        expect(await pay(orderId)).toMatchObject({ status: 409, body: { code: 'ORDER_ALREADY_PAID' } });
        expect(await booksOf(system.database, orderId)).toMatchObject({
          status: 'PAID',
          payments: [{ status: 'SUCCESS' }],
          movements: 1,
        });
      });

      it('M-18: the rows are committed before WeChat hears of them', async () => {
        await system.control.fault({ path: paths.prepay, fault: 'slow', ms: 500, count: 1 });
        const answer = tryCheckout();
        await eventually(async () => expect(await system.control.applied()).toEqual([1]));
        const order = await newestOrder();
        expect(await statusesOf(order.id)).toEqual(['CREATED']);
        expect(await system.control.transactionsOfOrder(order.orderNo)).toEqual([]);
        expect((await answer).status).toBe(201);
        expect(await statusesOf(order.id)).toEqual(['PREPAID']);
      });

      it.each<[string, string, () => Promise<() => Promise<Answer<unknown>>>]>([
        ['a prepay', paths.prepay, async () => () => tryCheckout()],
        [
          'a question',
          paths.query,
          async () => {
            const { order } = await buyer.checkout(productId);
            return () => act(order.id, 'sync');
          },
        ],
        [
          'a close',
          paths.close,
          async () => {
            const { order } = await buyer.checkout(productId);
            return () => act(order.id, 'cancel');
          },
        ],
      ])('M-17: while %s hangs no transaction is open', async (_, path, prepare) => {
        const request = await prepare();
        await system.control.fault({ path, fault: 'slow', ms: 500, count: 1 });
        const answer = request();
        await eventually(async () => expect(await system.control.applied()).toEqual([1]));
        const open = await system.database.query(
          `SELECT state, query FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'checkout'
       AND state LIKE 'idle in transaction%'`,
        );
        expect(open).toEqual([]);
        expect((await answer).status).toBeLessThan(300);
      });
    });

    describe('when WeChat refuses a prepay for good', () => {
      it('the buyer learns WeChat’s code; the attempt failed, and a new one may be made', async () => {
        await system.control.fault({ path: paths.prepay, fault: 'NOAUTH' });
        const refused = await tryCheckout();
        expect(refused).toMatchObject({
          status: 502,
          body: { code: 'WXPAY_REJECTED', orderId: expect.any(String), wxpay: { code: noAuth } },
        });
        const orderId = refused.body.orderId ?? '';
        expect(await statusesOf(orderId)).toEqual(['FAILED']);
        await system.control.noFaults();
        const { status, body } = await pay(orderId);
        expect(status).toBe(201);
        expect(body.payment.outTradeNo).toMatch(/-2$/);
        expect(await statusesOf(orderId)).toEqual(['FAILED', 'PREPAID']);
      });

      it.each([
        ['ORDERCLOSED', 'CLOSED'],
        ['OUT_TRADE_NO_USED', 'FAILED'],
      ])(
        '%s: the used-up number is put aside (%s) and the next one is tried at once',
        async (fault, status) => {
          await system.control.fault({ path: paths.prepay, fault, count: 1 });
          const { order, payment } = await buyer.checkout(productId);
          expect(payment.outTradeNo).toBe(`${order.orderNo}-2`);
          expect(await statusesOf(order.id)).toEqual([status, 'PREPAID']);
        },
      );

      it('numbers that are refused again and again end in an answer, not in a loop', async () => {
        await system.control.fault({ path: paths.prepay, fault: 'OUT_TRADE_NO_USED' });
        expect(await tryCheckout()).toMatchObject({ status: 409, body: { code: 'PAYMENT_CHANGED' } });
      });

      it('ORDERPAID is not believed without asking: an unpaid order is not called paid', async () => {
        await system.control.fault({ path: paths.prepay, fault: 'ORDERPAID' });
        const refused = await tryCheckout();
        expect(refused.status).toBeGreaterThanOrEqual(500);
        expect((await newestOrder()).status).toBe('PENDING_PAYMENT');
      });

      it('a failed attempt that WeChat reports as paid after all goes to suspense while another one is open', async () => {
        await system.control.fault({ path: paths.prepay, fault: 'processedThenTimeout' });
        const unanswered = await tryCheckout();
        const orderId = unanswered.body.orderId ?? '';
        await system.control.noFaults();
        await system.control.fault({ path: paths.prepay, fault: 'NOAUTH' });
        expect((await pay(orderId)).status).toBe(502);
        await system.control.noFaults();
        const { orderNo } = await buyer.order(orderId);
        await pay(orderId);
        await system.control.pay({ outTradeNo: `${orderNo}-1` });
        await eventually(async () =>
          expect(await booksOf(system.database, orderId)).toMatchObject({
            status: 'PENDING_PAYMENT',
            suspense: [{ kind: 'LATE', amountFen: PRICE }],
            payments: [{ status: 'SUCCESS' }, { status: 'PREPAID' }],
          }),
        );
      });
    });

    describe('asking for the truth (sync)', () => {
      it('finds a payment whose notification was lost', async () => {
        const { order, payment } = await buyer.checkout(productId);
        await payUnheard(payment.outTradeNo);
        expect(await act(order.id, 'sync')).toMatchObject({
          status: 200,
          body: { status: 'PAID', paidFen: PRICE },
        });
        expect(await booksOf(system.database, order.id)).toMatchObject({ movements: 1, jobs: 1 });
        expect((await act(order.id, 'sync')).body.status).toBe('PAID');
        expect(await booksOf(system.database, order.id)).toMatchObject({ movements: 1, jobs: 1 });
      });

      it('believes WeChat, not the phone: an unpaid order stays unpaid', async () => {
        const { order, payment } = await buyer.checkout(productId);
        expect(await act(order.id, 'sync')).toMatchObject({
          status: 200,
          body: { status: 'PENDING_PAYMENT' },
        });
        expect(await system.control.asked(payment.outTradeNo)).toContain(`${routes.query} SUCCESS`);
      });

      it.each(['timeout', 'SYSTEMERROR', 'badSignature'])(
        'answers 504 while WeChat ends in %s, and changes nothing',
        async (fault) => {
          const { order, payment } = await buyer.checkout(productId);
          await payUnheard(payment.outTradeNo);
          await system.control.fault({ path: paths.query, fault });
          expect(await act<ProblemBody>(order.id, 'sync')).toMatchObject({
            status: 504,
            body: { code: 'WXPAY_OUTCOME_UNKNOWN', orderId: order.id },
          });
          expect((await buyer.order(order.id)).status).toBe('PENDING_PAYMENT');
          await system.control.noFaults();
          expect((await act(order.id, 'sync')).body.status).toBe('PAID');
        },
      );

      it('asks nobody about an order without an open attempt', async () => {
        const order = await orderOnly();
        await system.control.countRequests('/', order.orderNo);
        expect(await act(order.id, 'sync')).toMatchObject({
          status: 200,
          body: { status: 'PENDING_PAYMENT' },
        });
        expect(await system.control.applied()).toEqual([0]);
      });
    });

    describe('cancelling', () => {
      it('closes at WeChat, then here, and gives the stock back', async () => {
        const product = await system.product({ stock: 3 });
        const { order, payment } = await buyer.checkout(product, 2);
        expect(await act(order.id, 'cancel')).toMatchObject({ status: 200, body: { status: 'CLOSED' } });
        expect(await system.control.asked(payment.outTradeNo)).toEqual([
          `${routes.prepay} SUCCESS`,
          `${routes.query} SUCCESS`,
          `${routes.close} SUCCESS`,
        ]);
        expect(await statusesOf(order.id)).toEqual(['CLOSED']);
        expect(await system.database.query('SELECT stock FROM products WHERE id = $1', [product])).toEqual([
          { stock: 3 },
        ]);
      });

      it('works for an order that nobody tried to pay', async () => {
        const order = await orderOnly();
        expect(await act(order.id, 'cancel')).toMatchObject({ status: 200, body: { status: 'CLOSED' } });
        expect(await act(order.id, 'cancel')).toMatchObject({ status: 200, body: { status: 'CLOSED' } });
      });

      it.each(['SYSTEMERROR', 'timeout', 'badSignature'])(
        'M-12: while the close ends in %s: 202, no new attempt; closed later without anybody asking',
        async (fault) => {
          const product = await system.product({ stock: 3 });
          const { order } = await buyer.checkout(product, 2);
          await system.control.fault({ path: paths.close, fault });
          expect(await act(order.id, 'cancel')).toMatchObject({
            status: 202,
            body: { status: 'PENDING_PAYMENT', closing: true },
          });
          expect(await pay(order.id)).toMatchObject({ status: 409, body: { code: 'ORDER_CLOSING' } });
          expect(await pay(order.id, 'NATIVE')).toMatchObject({
            status: 409,
            body: { code: 'ORDER_CLOSING' },
          });
          expect(await system.database.query('SELECT stock FROM products WHERE id = $1', [product])).toEqual([
            { stock: 1 },
          ]);
          await system.control.noFaults();
          await system.control.advance(16);
          await buyer.orderBecomes(order.id, 'CLOSED');
          expect(await statusesOf(order.id)).toEqual(['CLOSED']);
          expect(await system.database.query('SELECT stock FROM products WHERE id = $1', [product])).toEqual([
            { stock: 3 },
          ]);
        },
      );

      it('asked for while the prepay is under way: nobody gets what opens the cashier', async () => {
        const order = await orderOnly();
        await system.control.fault(
          { path: paths.prepay, fault: 'slow', ms: 1000, count: 1 },
          { path: paths.query, fault: 'SYSTEMERROR' },
        );
        const paying = pay<ProblemBody>(order.id);
        await eventually(async () => expect((await system.control.applied())[0]).toBe(1));
        expect((await act(order.id, 'cancel')).status).toBe(202);
        expect(await paying).toMatchObject({ status: 409, body: { code: 'PAYMENT_CHANGED' } });
        await system.control.noFaults();
        await system.control.advance(16);
        await buyer.orderBecomes(order.id, 'CLOSED');
        expect(await statusesOf(order.id)).toEqual(['CLOSED']);
      });

      it('is refused for a paid order', async () => {
        const { order, payment } = await buyer.checkout(productId);
        await system.control.pay({ outTradeNo: payment.outTradeNo });
        await buyer.orderBecomes(order.id, 'PAID');
        expect(await act(order.id, 'cancel')).toMatchObject({
          status: 409,
          body: { code: 'ORDER_ALREADY_PAID' },
        });
      });

      it('M-08: is refused when WeChat, asked first, says that it was paid; the order is paid then', async () => {
        const { order, payment } = await buyer.checkout(productId);
        await payUnheard(payment.outTradeNo);
        expect(await act(order.id, 'cancel')).toMatchObject({
          status: 409,
          body: { code: 'ORDER_ALREADY_PAID' },
        });
        expect(await booksOf(system.database, order.id)).toMatchObject({
          status: 'PAID',
          paidFen: PRICE,
          movements: 1,
        });
        expect(await system.control.asked(payment.outTradeNo)).not.toContainEqual(
          expect.stringContaining('closeorder'),
        );
      });

      it('M-08: paid between the question and the close: the order is paid', async () => {
        const { order, payment } = await buyer.checkout(productId);
        await system.control.fault({ path: paths.close, fault: 'slow', ms: 400, count: 1 });
        const cancelled = act(order.id, 'cancel');
        await eventually(async () => expect(await system.control.applied()).toEqual([1]));
        await system.control.fault({ path: 'notify', fault: 'dropNotify', count: 1 });
        await system.control.pay({ outTradeNo: payment.outTradeNo });
        expect(await cancelled).toMatchObject({ status: 409, body: { code: 'ORDER_ALREADY_PAID' } });
        expect(await booksOf(system.database, order.id)).toMatchObject({
          status: 'PAID',
          paidFen: PRICE,
          movements: 1,
        });
      });

      it('and paying at the same moment: either closed with its stock back or paid, never both', async () => {
        const product = await system.product({ priceFen: PRICE, stock: 8 });
        const orders = await Promise.all(Array.from({ length: 8 }, () => buyer.checkout(product)));
        await Promise.all(
          orders.flatMap(({ order, payment }) => [
            act(order.id, 'cancel'),
            system.control.pay({ outTradeNo: payment.outTradeNo }).catch(() => undefined), // the cashier may find it closed
          ]),
        );
        await eventually(async () => {
          for (const { order } of orders)
            expect((await buyer.order(order.id)).status).not.toBe('PENDING_PAYMENT');
        });
        let closed = 0;
        for (const { order, payment } of orders) {
          const books = await booksOf(system.database, order.id);
          const atWeChat = await system.control.transaction(payment.outTradeNo);
          if (books.status === 'CLOSED') closed++;
          expect(atWeChat.tradeState).toBe(books.status === 'CLOSED' ? 'CLOSED' : 'SUCCESS');
          expect(books.suspense).toEqual([]);
        }
        expect(await system.database.query('SELECT stock FROM products WHERE id = $1', [product])).toEqual([
          { stock: closed },
        ]);
      });
    });
  });
}
