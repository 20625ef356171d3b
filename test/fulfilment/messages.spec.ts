import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { EffectDetail, EffectPage } from '../../src/staff/effects/effect.schema.js';
import { approve, ask, paidOrder, refundBecomes } from '../refund/paid-order.js';
import { booksOf } from '../support/books.js';
import { TestBuyer, type Answer, type ProblemBody } from '../support/buyer.js';
import { eventually } from '../support/eventually.js';
import { TestOperator } from '../support/staff.js';
import { startSystem, type System } from '../support/system.js';
import { EVENTS } from '../support/events.js';

interface SentMessage {
  openid: string;
  templateId: string;
  title: string;
  page?: string;
  data: Record<string, string>;
}
interface Subscriptions {
  items: { message: string; templateId: string; remaining: number; refused: boolean }[];
}

let system: System;
let owner: TestOperator;
let finance: TestOperator;
const templates = new Map<string, string>();
beforeAll(async () => {
  system = await startSystem({ WXPAY_CONFIRM_NOTIFY: 'signature' });
  const file = await readFile(join(system.simulator.merchantDir, 'merchant.env'), 'utf8');
  const settings = Object.entries(parseEnv(file)).filter(([name]) => name.startsWith('WECHAT_TEMPLATE_'));
  for (const [name, value = ''] of settings) {
    system.env[name] = value;
    templates.set(name.replace('WECHAT_TEMPLATE_', ''), value.split(':')[0] ?? '');
  }
  system.env['WECHAT_TEMPLATE_PAGE'] = 'pages/order/order?id={orderId}';
  await system.restart();
  [owner, finance] = [await TestOperator.login(system, 'OWNER'), await TestOperator.login(system, 'FINANCE')];
  await system.control.call('POST', '/_sim/shipments', { ingestSeconds: 0 });
});
beforeEach(() => system.control.noFaults());
afterAll(() => system.stop());

function idOf(message: string): string {
  const id = templates.get(message);
  if (id === undefined) throw new Error(`no template for ${message}`);
  return id;
}

/** The buyer taps "allow" for everything, and the mini-program tells the shop. */
async function allowAll(buyer: TestBuyer, times = 1): Promise<void> {
  for (let tap = 0; tap < times; tap++) {
    const { body } = await system.control.call('POST', '/_sim/subscriptions', { openid: buyer.openid });
    const { status } = await buyer.send('POST', '/api/v1/me/subscriptions', body);
    if (status !== 200) throw new Error('the consent was not taken');
  }
}

async function sentTo(openid: string): Promise<SentMessage[]> {
  const { body } = await system.control.call<{ items: SentMessage[] }>('GET', '/_sim/messages');
  return body.items.filter((each) => each.openid === openid);
}

async function effects(orderId: string): Promise<EffectDetail[]> {
  const { body } = await owner.send<EffectPage>('GET', `/effects?kind=message&orderId=${orderId}`);
  return Promise.all(
    body.items.map(async ({ id }) => (await owner.send<EffectDetail>('GET', `/effects/${id}`)).body),
  );
}

/** What the last attempt of an effect in this state was. */
const LAST_OUTCOME = { PENDING: 'LATER', DEAD: 'LATER', DONE: 'DONE', REFUSED: 'REFUSED' };

/** Waits until the order's message has been tried, and the effect and its attempts tell the same. */
function tried(orderId: string, target: string): Promise<EffectDetail> {
  return eventually(async () => {
    const found = (await effects(orderId)).find((each) => each.target === target);
    if (found === undefined || found.log.at(-1)?.outcome !== LAST_OUTCOME[found.status])
      throw new Error(`${target} is not tried yet`);
    return found;
  });
}

async function subscription(buyer: TestBuyer, message: string): Promise<Subscriptions['items'][number]> {
  const { body } = await buyer.send<Subscriptions>('GET', '/api/v1/me/subscriptions');
  const found = body.items.find((each) => each.message === message);
  if (found === undefined) throw new Error(`no ${message} among the subscriptions`);
  return found;
}

describe('messages to the buyer', () => {
  it('paid, shipped, refund decided, refund returned: each once, with what happened', async () => {
    const order = await paidOrder(system, 1990);
    const { buyer, orderId } = order;
    // Paid before he could allow anything: WeChat says no, which is a normal end.
    expect(await tried(orderId, 'ORDER_PAID')).toMatchObject({ status: 'REFUSED', log: [{ code: '43101' }] });
    await allowAll(buyer, 2);
    await owner.send('POST', `/orders/${orderId}/shipment`, {
      logisticsType: 'EXPRESS',
      carrier: 'YTO',
      trackingNo: 'YT1234567890',
    });
    expect(await tried(orderId, 'ORDER_SHIPPED')).toMatchObject({ status: 'DONE' });
    const refund = await ask(order, { amountFen: 990 });
    await approve(finance, refund.id);
    await refundBecomes(finance, refund.id, 'SUCCESS');
    await tried(orderId, 'REFUND_DECIDED');
    await tried(orderId, 'REFUND_RETURNED');
    const { orderNo } = await buyer.order(orderId);
    const sent = await sentTo(buyer.openid);
    expect(sent).toHaveLength(3);
    const page = `pages/order/order?id=${orderId}`;
    const said = Object.fromEntries(sent.map((message) => [message.title, message]));
    expect(said['订单发货通知']).toMatchObject({
      page,
      data: {
        character_string1: orderNo,
        thing2: '圆通速递',
        character_string3: 'YT1234567890',
        time4: expect.stringMatching(/^\d{4}年\d+月\d+日 \d\d:\d\d$/),
      },
    });
    expect(said['退款审核通知']).toMatchObject({
      page,
      data: { character_string1: orderNo, amount2: '¥9.90', phrase3: '审核通过' },
    });
    expect(said['退款到账通知']).toMatchObject({
      page,
      data: { character_string1: orderNo, amount2: '¥9.90', thing4: '手冲咖啡豆 250g' },
    });
    expect(await subscription(buyer, 'ORDER_SHIPPED')).toMatchObject({ remaining: 1, refused: false });
    const { timeline } = (await owner.send<{ timeline: { words: string }[] }>('GET', `/orders/${orderId}`))
      .body;
    expect(timeline.map(({ words }) => words).join('\n')).toContain('订阅消息');
  });

  it('a rejected refund says so', async () => {
    const order = await paidOrder(system);
    await allowAll(order.buyer);
    const refund = await ask(order);
    await finance.send('POST', `/refunds/${refund.id}/reject`, {
      reason: '商品已签收超过七天，按约定不予退款，请谅解',
    });
    await tried(order.orderId, 'REFUND_DECIDED');
    const sent = await sentTo(order.buyer.openid);
    expect(sent.find(({ title }) => title === '退款审核通知')?.data).toMatchObject({
      phrase3: '审核拒绝',
      thing4: '商品已签收超过七天，按约定不予退款，请…',
    });
  });

  it('the effect and its list show no openid; the money is not touched by what becomes of a message', async () => {
    const { orderId, buyer } = await paidOrder(system);
    const before = await booksOf(system.database, orderId);
    expect(JSON.stringify(await tried(orderId, 'ORDER_PAID'))).not.toContain(buyer.openid);
    const rows = await system.database.query(
      'SELECT payload::text, target FROM effects WHERE order_id = $1',
      [orderId],
    );
    expect(JSON.stringify(rows)).not.toContain(buyer.openid);
    expect(await booksOf(system.database, orderId)).toEqual(before);
  });
});

describe('what WeChat answers', () => {
  let orderId: string;
  let buyer: TestBuyer;
  beforeAll(async () => {
    ({ orderId, buyer } = await paidOrder(system));
    await tried(orderId, 'ORDER_PAID');
  });

  /** Sends the order's message once more, as staff would, and waits until it stands so. */
  async function again(status: string): Promise<EffectDetail> {
    const before = await tried(orderId, 'ORDER_PAID');
    await owner.send('POST', `/effects/${before.id}/replay`);
    return stands(status, before.log.length + 1);
  }

  function stands(status: string, attempts: number): Promise<EffectDetail> {
    return eventually(async () => {
      const effect = await tried(orderId, 'ORDER_PAID');
      expect([effect.status, effect.log.length]).toEqual([status, attempts]);
      return effect;
    });
  }

  it.each<[string, string]>([
    ['43101', 'REFUSED'],
    ['40003', 'REFUSED'],
    ['40037', 'REFUSED'],
    ['41030', 'REFUSED'],
    ['47003', 'REFUSED'],
    ['45168', 'REFUSED'],
    ['45009', 'PENDING'],
    ['SYSTEMERROR', 'PENDING'],
    ['http500', 'PENDING'],
    ['garbage', 'PENDING'],
    ['reset', 'PENDING'],
  ])('%s → %s', async (fault, status) => {
    await allowAll(buyer);
    await system.control.fault({ path: '/message/subscribe/send', fault, count: 1 });
    await again(status);
  });

  it('43101 empties what we thought was allowed', async () => {
    await allowAll(buyer, 3);
    await system.control.fault({ path: '/message/subscribe/send', fault: '43101', count: 1 });
    await again('REFUSED');
    expect(await subscription(buyer, 'ORDER_PAID')).toMatchObject({ remaining: 0, refused: false });
  });

  it('43107: switched off. From then on nothing is asked of WeChat until he allows it again', async () => {
    await system.control.fault({ path: '/message/subscribe/send', fault: '43107', count: 1 });
    await again('REFUSED');
    expect(await subscription(buyer, 'ORDER_PAID')).toMatchObject({ remaining: 0, refused: true });
    await system.control.noFaults();
    await system.control.countRequests('/message/subscribe/send');
    expect((await again('REFUSED')).log.at(-1)).toMatchObject({ outcome: 'REFUSED', code: 'NOT_WANTED' });
    expect(await system.control.applied()).toEqual([0]);
    await allowAll(buyer);
    await again('DONE');
  });

  it('a message that stays undelivered is dead within the hour, and visible', async () => {
    await allowAll(buyer);
    await system.control.fault({ path: '/message/subscribe/send', fault: 'http500' });
    let { log } = await again('PENDING');
    for (const retriesLeft of [6, 5, 4, 3, 2, 1, 0]) {
      await system.control.advance(1801);
      ({ log } = await stands(retriesLeft === 0 ? 'DEAD' : 'PENDING', log.length + 1));
    }
  });
});

describe('GET and POST /me/subscriptions', () => {
  it('name the buyer’s templates, and count what he allows', async () => {
    const buyer = await TestBuyer.login(system);
    const { body } = await buyer.send<Subscriptions>('GET', '/api/v1/me/subscriptions');
    expect(body.items.map(({ message }) => message).sort()).toEqual([
      'ORDER_PAID',
      'ORDER_SHIPPED',
      'REFUND_DECIDED',
      'REFUND_RETURNED',
    ]);
    const [paid, shipped] = [idOf('ORDER_PAID'), idOf('ORDER_SHIPPED')];
    const report = { errMsg: 'requestSubscribeMessage:ok', [paid]: 'accept', [shipped]: 'reject' };
    await buyer.send('POST', '/api/v1/me/subscriptions', report);
    await buyer.send('POST', '/api/v1/me/subscriptions', { [paid]: 'acceptWithAudio' });
    expect(await subscription(buyer, 'ORDER_PAID')).toMatchObject({ remaining: 2, refused: false });
    expect(await subscription(buyer, 'ORDER_SHIPPED')).toMatchObject({ remaining: 0, refused: true });
  });

  it('the same report twice under one Idempotency-Key counts once', async () => {
    const buyer = await TestBuyer.login(system);
    const report = (): Promise<Answer<ProblemBody>> =>
      buyer.send(
        'POST',
        '/api/v1/me/subscriptions',
        { [idOf('ORDER_PAID')]: 'accept' },
        { 'idempotency-key': 'tap' },
      );
    await report();
    expect((await report()).headers.get('idempotency-replayed')).toBe('true');
    expect(await subscription(buyer, 'ORDER_PAID')).toMatchObject({ remaining: 1 });
  });

  it.each<[string, object]>([
    ['a template of another shop', { 'not-a-template-of-ours': 'accept' }],
    ['an answer that is none', { 'sim-paid-TTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTT': 'maybe' }],
    ['a count', { remaining: 5 }],
  ])('%s is refused by name', async (_, report) => {
    const buyer = await TestBuyer.login(system);
    const { status, body } = await buyer.send('POST', '/api/v1/me/subscriptions', report);
    expect([status, body.code, body.errors?.[0]?.field]).toEqual([
      400,
      'VALIDATION_FAILED',
      Object.keys(report)[0],
    ]);
  });
});

async function push(buyer: TestBuyer, mode: string, format: string, event: object): Promise<void> {
  const { status } = await system.control.call('POST', '/_sim/message', {
    openid: buyer.openid,
    mode,
    format,
    event,
  });
  expect(status).toBe(200);
}
function change(format: string, status: string): object {
  const entry = { TemplateId: idOf('ORDER_PAID'), SubscribeStatusString: status };
  const list = format === 'json' ? { List: [entry] } : { SubscribeMsgChangeEvent: { List: [entry] } };
  return { Event: 'subscribe_msg_change_event', ...list };
}

describe('subscription events', () => {
  it.each(['xml', 'json'])('switching a message off in the settings is remembered (%s)', async (format) => {
    const buyer = await TestBuyer.login(system);
    await allowAll(buyer, 2);
    await push(buyer, 'safe', format, change(format, 'reject'));
    expect(await subscription(buyer, 'ORDER_PAID')).toMatchObject({ remaining: 0, refused: true });
    expect(await subscription(buyer, 'ORDER_SHIPPED')).toMatchObject({ remaining: 2, refused: false });
  });

  it('in plain mode it may be anybody’s, and changes nothing', async () => {
    const buyer = await TestBuyer.login(system);
    await allowAll(buyer);
    await push(buyer, 'plain', 'xml', change('xml', 'reject'));
    expect(await subscription(buyer, 'ORDER_PAID')).toMatchObject({ remaining: 1, refused: false });
  });

  it('a popup’s no keeps what was allowed before; a yes is counted by the mini-program only', async () => {
    const buyer = await TestBuyer.login(system);
    await allowAll(buyer);
    for (const [status, refused] of [
      ['reject', true],
      ['accept', false],
    ] as const) {
      const entry = { TemplateId: idOf('ORDER_PAID'), SubscribeStatusString: status, PopupScene: '1' };
      await push(buyer, 'safe', 'xml', {
        Event: 'subscribe_msg_popup_event',
        SubscribeMsgPopupEvent: { List: [entry, { ...entry, TemplateId: idOf('ORDER_SHIPPED') }] },
      });
      expect(await subscription(buyer, 'ORDER_PAID')).toMatchObject({ remaining: 1, refused });
      expect(await subscription(buyer, 'ORDER_SHIPPED')).toMatchObject({ remaining: 1, refused });
    }
  });

  it('a message that did not reach him uses up what was allowed', async () => {
    const buyer = await TestBuyer.login(system);
    await allowAll(buyer);
    const entry = {
      TemplateId: idOf('ORDER_PAID'),
      MsgID: '1',
      ErrorCode: '43101',
      ErrorStatus: 'user refuse',
    };
    await push(buyer, 'safe', 'xml', {
      Event: 'subscribe_msg_sent_event',
      SubscribeMsgSentEvent: { List: [entry] },
    });
    expect(await subscription(buyer, 'ORDER_PAID')).toMatchObject({ remaining: 0, refused: false });
  });
});

describe('messages to staff', () => {
  it('new order and refund asked go to linked people who can do something about it', async () => {
    const people = await Promise.all(
      (['SUPPORT', 'FINANCE', 'VIEWER'] as const).map(async (role) => {
        const [operator, buyer] = [await TestOperator.login(system, role), await TestBuyer.login(system)];
        const { status } = await owner.send('PATCH', `/operators/${operator.id}`, { buyerId: buyer.id });
        expect(status).toBe(200);
        await allowAll(buyer);
        return buyer;
      }),
    );
    const [supporter, financier, viewer] = people as [TestBuyer, TestBuyer, TestBuyer];
    const order = await paidOrder(system, 1990);
    await ask(order, { reason: '少发了一件' });
    await eventually(async () => {
      const sent = await Promise.all([supporter, financier, viewer].map(({ openid }) => sentTo(openid)));
      expect(sent.map((messages) => messages.map(({ title }) => title))).toEqual([
        ['新订单提醒'],
        ['退款申请提醒'],
        [],
      ]);
    });
    const [message] = await sentTo(financier.openid);
    expect(message).toMatchObject({ data: { amount2: '¥19.90', thing3: '少发了一件' } });
    expect(message).not.toHaveProperty('page');
    expect(await subscription(supporter, 'STAFF_NEW_ORDER')).toMatchObject({ remaining: 0 });
  });
});

describe('templates that are not set', () => {
  it('are messages that are not sent', async () => {
    await system.restart(
      Object.fromEntries([...templates.keys()].map((name) => [`WECHAT_TEMPLATE_${name}`, ''])),
    );
    const order = await paidOrder(system);
    await eventually(async () => {
      const [left] = await system.database.query<{ count: number }>(
        `SELECT count(*)::int FROM ${EVENTS} WHERE state <> 'completed' AND data->>'orderId' = $1`,
        [order.orderId],
      );
      expect(left?.count).toBe(0);
    });
    expect(await effects(order.orderId)).toEqual([]);
    expect((await order.buyer.send<Subscriptions>('GET', '/api/v1/me/subscriptions')).body.items).toEqual([]);
  });
});
