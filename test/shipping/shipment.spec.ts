import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Effect } from '../../src/fulfilment/effect/effect.entity.js';
import { ShippingUpload } from '../../src/fulfilment/shipping-upload/shipping-upload.js';
import type { OrderView } from '../../src/order/order.schema.js';
import type { EffectDetail, EffectPage } from '../../src/staff/effects/effect.schema.js';
import type { StaffOrderView } from '../../src/staff/orders/staff-order.schema.js';
import { approve, ask, paidOrder, refundBecomes, type PaidOrder } from '../refund/paid-order.js';
import { booksOf } from '../support/books.js';
import { TestBuyer, type ProblemBody } from '../support/buyer.js';
import { eventually } from '../support/eventually.js';
import { TestOperator } from '../support/staff.js';
import { startSystem, type System } from '../support/system.js';
import { EVENTS } from '../support/events.js';

const YTO = { logisticsType: 'EXPRESS', carrier: 'YTO', trackingNo: 'YT1234567890' };
const DAY = 86_400;

interface SimShipment {
  transactionId: string;
  outTradeNo: string;
  logisticsType: number;
  deliveryMode: number;
  finishCount: number;
  parcels: Record<string, string>[];
  uploads: object[];
  confirmedAt?: string;
}

let system: System;
let support: TestOperator;
let finance: TestOperator;
beforeAll(async () => {
  system = await startSystem({ WXPAY_CONFIRM_NOTIFY: 'signature' });
  [support, finance] = [
    await TestOperator.login(system, 'SUPPORT'),
    await TestOperator.login(system, 'FINANCE'),
  ];
});
beforeEach(async () => {
  await system.control.noFaults();
  await ingestAfter(0);
});
afterAll(() => system.stop());

async function ingestAfter(seconds: number): Promise<void> {
  await system.control.call('POST', '/_sim/shipments', { ingestSeconds: seconds });
}

async function ship(orderId: string, shipment: object = YTO): Promise<StaffOrderView> {
  const answer = await support.send<StaffOrderView>('POST', `/orders/${orderId}/shipment`, shipment);
  if (answer.status !== 201) throw new Error(`not shipped: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

async function refusal(orderId: string, shipment: object = YTO): Promise<ProblemBody> {
  const { status, body } = await support.send('POST', `/orders/${orderId}/shipment`, shipment);
  expect(status).toBeGreaterThanOrEqual(400);
  return body;
}

async function atWechat({ outTradeNo }: PaidOrder): Promise<SimShipment | undefined> {
  const { body } = await system.control.call<{ items: SimShipment[] }>('GET', '/_sim/shipments');
  return body.items.find((each) => each.outTradeNo === outTradeNo);
}

function arrives(order: PaidOrder, wanted: object): Promise<void> {
  return eventually(async () => expect(await atWechat(order)).toMatchObject(wanted));
}

async function upload(orderId: string): Promise<EffectDetail> {
  const query = `/effects?kind=shipping-upload&orderId=${orderId}`;
  const { body } = await support.send<EffectPage>('GET', query);
  return (await support.send<EffectDetail>('GET', `/effects/${body.items[0]?.id}`)).body;
}

function uploadIs(orderId: string, status: string, code?: string): Promise<EffectDetail> {
  return eventually(async () => {
    const effect = await upload(orderId);
    expect([effect.status, effect.log?.at(-1)?.code]).toEqual([status, code ?? expect.anything()]);
    return effect;
  });
}

describe('shipping', () => {
  it('a paid order is shipped; WeChat learns of it, and the buyer sees it', async () => {
    const order = await paidOrder(system);
    const before = await booksOf(system.database, order.orderId);
    const shipped = await ship(order.orderId);
    expect(shipped).toMatchObject({
      status: 'SHIPPED',
      shipment: {
        logisticsType: 'EXPRESS',
        carrier: 'YTO',
        carrierName: '圆通速递',
        trackingNo: 'YT1234567890',
        itemDesc: '手冲咖啡豆 250g',
        revision: 1,
      },
    });
    expect((await order.buyer.order(order.orderId)).shipment).toEqual(shipped.shipment);
    await arrives(order, {
      logisticsType: 1,
      deliveryMode: 1,
      parcels: [{ expressCompany: 'YTO', trackingNo: 'YT1234567890', itemDesc: '手冲咖啡豆 250g' }],
    });
    await uploadIs(order.orderId, 'DONE', 'OK');
    const after = await booksOf(system.database, order.orderId);
    expect({ ...after, status: 'PAID', verdicts: before.verdicts }).toEqual(before);
    const { body } = await support.send<StaffOrderView>('GET', `/orders/${order.orderId}`);
    const events = body.timeline.map(({ event }) => event);
    expect(events).toContain('order.shipped');
    expect(events).toContain('effect.done');
  });

  it.each<[string, object, object]>([
    ['same-city', { logisticsType: 'SAME_CITY', itemDesc: '跑腿送达' }, { logisticsType: 2 }],
    ['virtual', { logisticsType: 3 }, { logisticsType: 3 }],
    ['pick-up', { logisticsType: 'PICKUP' }, { logisticsType: 4 }],
    [
      'several parcels',
      {
        logisticsType: 'EXPRESS',
        parcels: [
          { carrier: 'ZTO', trackingNo: 'A1' },
          { carrier: 'YD', trackingNo: 'B-2', itemDesc: '第二箱' },
        ],
      },
      {
        logisticsType: 1,
        deliveryMode: 2,
        parcels: [
          { expressCompany: 'ZTO', trackingNo: 'A1' },
          { expressCompany: 'YD', trackingNo: 'B-2', itemDesc: '第二箱' },
        ],
      },
    ],
  ])('%s', async (_, shipment, expected) => {
    const order = await paidOrder(system);
    await ship(order.orderId, shipment);
    await arrives(order, expected);
  });

  it('SF gets the receiver’s masked phone number, and is refused without one', async () => {
    const sf = { ...YTO, carrier: 'SF' };
    const nowhere = await paidOrder(system);
    expect(await refusal(nowhere.orderId, sf)).toMatchObject({ code: 'RECEIVER_PHONE_MISSING' });
    const buyer = await TestBuyer.login(system);
    const address = {
      name: '张三',
      phone: '18912341234',
      province: '浙江',
      city: '杭州',
      district: '西湖',
      detail: '1 号',
    };
    const { order, payment } = await buyer.checkout(await system.product(), 1, { address });
    await system.control.pay({ outTradeNo: payment.outTradeNo });
    await buyer.orderBecomes(order.id, 'PAID');
    await ship(order.id, sf);
    const { outTradeNo } = payment;
    await arrives({ outTradeNo } as PaidOrder, { parcels: [{ contact: '189****1234' }] });
  });

  it.each<[object, string, string]>([
    [{}, 'VALIDATION_FAILED', 'logisticsType'],
    [{ logisticsType: 'PIGEON' }, 'VALIDATION_FAILED', 'logisticsType'],
    [{ logisticsType: 5 }, 'VALIDATION_FAILED', 'logisticsType'],
    [{ logisticsType: 'EXPRESS' }, 'VALIDATION_FAILED', 'carrier'],
    [{ logisticsType: 'EXPRESS', carrier: 'YTO' }, 'VALIDATION_FAILED', 'trackingNo'],
    [{ ...YTO, carrier: 'NOBODY' }, 'CARRIER_UNKNOWN', 'carrier'],
    [{ ...YTO, carrier: '圆通' }, 'VALIDATION_FAILED', 'carrier'],
    [{ ...YTO, trackingNo: 'x'.repeat(129) }, 'VALIDATION_FAILED', 'trackingNo'],
    [{ ...YTO, itemDesc: '字'.repeat(121) }, 'VALIDATION_FAILED', 'itemDesc'],
    [{ ...YTO, itemDesc: ' ' }, 'VALIDATION_FAILED', 'itemDesc'],
    [{ logisticsType: 'VIRTUAL', trackingNo: 'A1' }, 'VALIDATION_FAILED', 'trackingNo'],
    [
      { logisticsType: 'PICKUP', parcels: [{ carrier: 'YTO', trackingNo: 'A1' }] },
      'VALIDATION_FAILED',
      'parcels',
    ],
    [{ ...YTO, parcels: [{ carrier: 'YTO', trackingNo: 'A1' }] }, 'VALIDATION_FAILED', 'carrier'],
    [
      {
        logisticsType: 'EXPRESS',
        parcels: Array.from({ length: 11 }, (_, index) => ({ carrier: 'YTO', trackingNo: `A${index}` })),
      },
      'VALIDATION_FAILED',
      'parcels',
    ],
    [
      { logisticsType: 'EXPRESS', parcels: [{ carrier: 'NOBODY', trackingNo: 'A1' }] },
      'CARRIER_UNKNOWN',
      'parcels.0.carrier',
    ],
    [{ ...YTO, price: 1 }, 'VALIDATION_FAILED', 'price'],
  ])('%j is refused as %s, naming %s', async (shipment, code, field) => {
    const { orderId } = await shared();
    const problem = await refusal(orderId, shipment);
    expect([problem.code, problem.errors?.map((each) => each.field)]).toEqual([
      code,
      expect.arrayContaining([field]),
    ]);
    expect((await support.send<StaffOrderView>('GET', `/orders/${orderId}`)).body.status).toBe('PAID');
  });

  it('an order that is not paid, cancelled, unknown or fully refunded is not shipped', async () => {
    const buyer = await TestBuyer.login(system);
    const { order } = await buyer.checkout(await system.product());
    expect(await refusal(order.id)).toMatchObject({ code: 'ORDER_NOT_SHIPPABLE' });
    await buyer.send('POST', `/api/v1/orders/${order.id}/cancel`);
    expect(await refusal(order.id)).toMatchObject({ code: 'ORDER_NOT_SHIPPABLE' });
    expect(await refusal('01920000-0000-7000-8000-000000000000')).toMatchObject({ code: 'ORDER_NOT_FOUND' });
    expect(await refusal('nonsense')).toMatchObject({ code: 'ORDER_NOT_FOUND' });

    const refunded = await paidOrder(system);
    const refund = await ask(refunded);
    expect(await refusal(refunded.orderId)).toMatchObject({ code: 'ORDER_REFUNDED' });
    await approve(finance, refund.id);
    await refundBecomes(finance, refund.id, 'SUCCESS');
    expect(await refusal(refunded.orderId)).toMatchObject({ code: 'ORDER_REFUNDED' });
    expect(await atWechat(refunded)).toBeUndefined();
  });

  it('a partly refunded order is shipped', async () => {
    const order = await paidOrder(system);
    await ask(order, { amountFen: 9999 });
    expect((await ship(order.orderId)).status).toBe('SHIPPED');
  });

  it('the same again changes nothing; a correction counts once; more are refused', async () => {
    const order = await paidOrder(system);
    const first = await ship(order.orderId);
    await arrives(order, { finishCount: 1 });
    expect((await ship(order.orderId)).shipment).toEqual(first.shipment);
    const corrected = await ship(order.orderId, { ...YTO, trackingNo: 'YT0000000001' });
    expect(corrected).toMatchObject({
      status: 'SHIPPED',
      shipment: { trackingNo: 'YT0000000001', revision: 2 },
    });
    await arrives(order, { finishCount: 2, parcels: [{ trackingNo: 'YT0000000001' }] });
    expect(await refusal(order.orderId)).toMatchObject({ code: 'RESHIPMENT_USED' });
    expect((await atWechat(order))?.uploads).toHaveLength(2);
  });

  it('ten people who ship at once ship once', async () => {
    const order = await paidOrder(system);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => support.send('POST', `/orders/${order.orderId}/shipment`, YTO)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(201));
    const [row] = await system.database.query<{ count: number }>(
      "SELECT count(*)::int FROM audit_log WHERE action = 'order.shipped' AND subject_id = $1",
      [order.orderId],
    );
    expect(row?.count).toBe(1);
  });
});

describe('telling WeChat', () => {
  it('right after the payment WeChat does not know the order: later it does', async () => {
    await ingestAfter(60);
    const order = await paidOrder(system);
    await ship(order.orderId);
    await uploadIs(order.orderId, 'PENDING', '10060001');
    await system.control.advance(61);
    const { log } = await uploadIs(order.orderId, 'DONE', 'OK');
    expect(log.map(({ code }) => code)).toEqual(['10060001', 'OK']);
  });

  it('after a lost answer it is tried again; WeChat says that nothing changed, and that is what we want', async () => {
    const order = await paidOrder(system);
    await system.control.fault({
      path: 'upload_shipping_info',
      fault: 'processedThenTimeout',
      count: 1,
      ms: 100,
    });
    await ship(order.orderId);
    await eventually(async () => expect((await upload(order.orderId)).log?.[0]?.outcome).toBe('LATER'));
    await system.control.advance(16);
    await uploadIs(order.orderId, 'DONE', '10060023');
    expect((await atWechat(order))?.uploads).toHaveLength(1);
  });

  it.each<[string, string, string]>([
    ['10060023', 'DONE', '10060023'],
    ['10060002', 'DONE', '10060002'],
    ['10060003', 'REFUSED', '10060003'],
    ['10060004', 'REFUSED', '10060004'],
    ['10060031', 'REFUSED', '10060031'],
    ['48001', 'REFUSED', '48001'],
    ['10060001', 'LATER', '10060001'],
    ['10060012', 'LATER', '10060012'],
    ['10060019', 'LATER', '10060019'],
    ['45009', 'LATER', '45009'],
    ['SYSTEMERROR', 'LATER', 'SYSTEM_ERROR'],
    ['http500', 'LATER', 'HTTP_STATUS'],
    ['garbage', 'LATER', 'UNREADABLE'],
    ['reset', 'LATER', 'CONNECTION_LOST'],
    ['timeout', 'LATER', 'CONNECTION_LOST'],
  ])('%s is %s', async (fault, outcome, code) => {
    const { orderId } = await sharedShipped();
    await system.control.fault({ path: 'upload_shipping_info', fault, count: 1, ms: 100 });
    const effect = { id: orderId, subjectId: orderId, payload: { revision: 1 } } as Effect;
    const result = await system.app.get(ShippingUpload).run(effect);
    expect(result).toMatchObject({ outcome, code });
    expect(result.message).not.toMatch(/access_token=|o[\w-]{27}/);
  });

  it('an order paid outside the mini-program is not WeChat’s to know', async () => {
    const buyer = await TestBuyer.login(system);
    const { order, payment } = await buyer.checkout(await system.product(), 1, { tradeType: 'NATIVE' });
    await system.control.pay({ outTradeNo: payment.outTradeNo });
    await buyer.orderBecomes(order.id, 'PAID');
    await ship(order.id);
    const { status } = await buyer.send('POST', `/api/v1/orders/${order.id}/receipt`);
    expect(status).toBe(200);
    await eventually(async () => {
      const [left] = await system.database.query<{ count: number }>(
        `SELECT count(*)::int FROM ${EVENTS} WHERE state <> 'completed' AND data->>'orderId' = $1`,
        [order.id],
      );
      expect(left?.count).toBe(0);
    });
    expect((await support.send<EffectPage>('GET', `/effects?orderId=${order.id}`)).body.items).toEqual([]);
  });
});

describe('arrival', () => {
  it('the buyer confirms, once or twice; nobody else can, and not before', async () => {
    const order = await paidOrder(system);
    const path = `/api/v1/orders/${order.orderId}/receipt`;
    expect((await order.buyer.send('POST', path)).body).toMatchObject({
      status: 409,
      code: 'ORDER_NOT_SHIPPED',
    });
    await ship(order.orderId);
    const stranger = await TestBuyer.login(system);
    expect((await stranger.send('POST', path)).body).toMatchObject({ code: 'ORDER_NOT_FOUND' });
    for (let again = 0; again < 2; again++) {
      const { status, body } = await order.buyer.send<OrderView>('POST', path);
      expect([status, body]).toEqual([
        200,
        expect.objectContaining({
          status: 'COMPLETED',
          completedAt: expect.any(String),
          shipment: expect.objectContaining({ receivedBy: 'BUYER' }),
        }),
      ]);
    }
    expect(await refusal(order.orderId, { logisticsType: 'VIRTUAL' })).toMatchObject({
      code: 'ORDER_NOT_SHIPPABLE',
    });
  });

  it('WeChat’s settlement event makes us ask, and the answer completes the order', async () => {
    const order = await paidOrder(system);
    await ship(order.orderId);
    await uploadIs(order.orderId, 'DONE');
    const { transactionId } = (await atWechat(order)) ?? {};
    await system.control.call('POST', `/_sim/shipments/${transactionId}/confirm`, { method: 2 });
    const completed = await order.buyer.orderBecomes(order.orderId, 'COMPLETED');
    expect(completed.shipment?.receivedBy).toBe('WECHAT');
    const rows = await system.database.query<{ verdict: string }>(
      "SELECT verdict FROM notifications WHERE kind = 'MESSAGE' AND order_id = $1",
      [order.orderId],
    );
    expect(new Set(rows.map(({ verdict }) => verdict))).toEqual(new Set(['NOTED']));
  });

  it('WeChat’s reminder that an order is not shipped stands at the order, and changes nothing', async () => {
    const { orderId, buyer, outTradeNo } = await paidOrder(system);
    const { transactionId } = await system.control.transaction(outTradeNo);
    const event = { Event: 'trade_manage_remind_shipping', transaction_id: transactionId, msg: '请尽快发货' };
    await system.control.call('POST', '/_sim/message', { openid: buyer.openid, event });
    const { body } = await support.send<StaffOrderView>('GET', `/orders/${orderId}`);
    expect(body).toMatchObject({ status: 'PAID' });
    expect(body.timeline).toContainEqual(
      expect.objectContaining({
        event: 'notification.noted',
        data: expect.objectContaining({ reason: 'trade_manage_remind_shipping' }),
      }),
    );
  });

  it('a forged settlement event completes nothing: WeChat, when asked, says otherwise', async () => {
    const order = await paidOrder(system);
    await ship(order.orderId);
    await uploadIs(order.orderId, 'DONE');
    const { transactionId = '' } = (await atWechat(order)) ?? {};
    await system.control.countRequests('get_order');
    await system.control.call('POST', '/_sim/message', {
      openid: order.buyer.openid,
      mode: 'plain',
      event: {
        Event: 'trade_manage_order_settlement',
        transaction_id: transactionId,
        confirm_receive_method: 2,
        settlement_time: 1,
      },
      fields: { CreateTime: 1_600_000_000 },
    });
    await eventually(async () => expect(await system.control.applied()).toEqual([1]));
    expect((await order.buyer.order(order.orderId)).status).toBe('SHIPPED');
  });

  it('without any event WeChat is asked daily, also after it could not be asked', async () => {
    const order = await paidOrder(system);
    await ship(order.orderId);
    await uploadIs(order.orderId, 'DONE');
    const { transactionId } = (await atWechat(order)) ?? {};
    // Orders of other tests are asked about on the same day.
    const about = [transactionId ?? ''];
    await system.control.fault({ path: 'get_order', fault: 'http500', count: 1, about });
    await system.control.call('POST', '/_sim/message-push', { url: 'http://127.0.0.1:9/nobody' });
    await system.control.call('POST', `/_sim/shipments/${transactionId}/confirm`, {});
    await system.control.advance(DAY + 1);
    await eventually(async () => expect((await system.control.applied())[0]).toBe(1));
    expect((await order.buyer.order(order.orderId)).status).toBe('SHIPPED');
    await system.control.advance(3601);
    await order.buyer.orderBecomes(order.orderId, 'COMPLETED');
  });
});

describe('GET /carriers', () => {
  it('lists what WeChat knows', async () => {
    const { status, body } = await support.send<{ items: object[] }>('GET', '/carriers');
    expect(status).toBe(200);
    expect(body.items).toContainEqual({ code: 'SF', name: '顺丰速运' });
  });

  it('while WeChat has never told them, codes are taken as they are', async () => {
    await system.restart();
    await system.control.fault({ path: 'get_delivery_list', fault: 'http500' });
    expect((await support.send('GET', '/carriers')).body).toMatchObject({ code: 'CARRIERS_UNAVAILABLE' });
    const order = await paidOrder(system);
    await ship(order.orderId, { ...YTO, carrier: 'NOBODY' });
    await uploadIs(order.orderId, 'REFUSED', '10060014');
  });
});

let shippedOrder: Promise<PaidOrder> | undefined;
/** One shipped order for every answer WeChat may give. */
function sharedShipped(): Promise<PaidOrder> {
  shippedOrder ??= paidOrder(system).then(async (order) => {
    await ship(order.orderId);
    await uploadIs(order.orderId, 'DONE');
    return order;
  });
  return shippedOrder;
}

let sharedOrder: Promise<PaidOrder> | undefined;
/** One paid order for everything that is refused. */
function shared(): Promise<PaidOrder> {
  return (sharedOrder ??= paidOrder(system));
}
