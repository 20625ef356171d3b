import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { cartPage } from '../../miniprogram/lib/pages/cart.js';
import { homePage } from '../../miniprogram/lib/pages/home.js';
import { mePage } from '../../miniprogram/lib/pages/me.js';
import { orderPage } from '../../miniprogram/lib/pages/order.js';
import { ordersPage } from '../../miniprogram/lib/pages/orders.js';
import { refundPage } from '../../miniprogram/lib/pages/refund.js';
import { resultPage } from '../../miniprogram/lib/pages/result.js';
import type { Outcome } from '../../miniprogram/lib/payment.js';
import { createShop, type Shop } from '../../miniprogram/lib/shop.js';
import { couponBooks, newCoupon } from '../coupon/coupons.js';
import { eventually } from '../support/eventually.js';
import { TestOperator } from '../support/staff.js';
import { startSystem, type System } from '../support/system.js';
import { FakeWx, opened, tap } from './fake-wx.js';

const PICTURE = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(64)]);
const FAST = { pauseMs: 20, lookEveryMs: 50 };
const TEMPLATE = 'sim-paid-'.padEnd(43, 'T');

let system: System;
let wx: FakeWx;
let shop: Shop;
let productId: string;

beforeAll(async () => {
  system = await startSystem({
    WECHAT_TEMPLATE_ORDER_PAID: `${TEMPLATE}:character_string1=orderNo,thing2=items,amount3=amount,time4=time`,
  });
  productId = await system.product({ priceFen: 1990, stock: 100_000 });
});
afterAll(() => system.stop());
beforeEach(async () => {
  await system.control.noFaults();
  wx = new FakeWx(system);
  shop = createShop(wx, system.url, FAST);
});

/** Puts things into the cart on the first page and orders them on the second; where WeChat leads then. */
async function buy(quantity = 1): Promise<{ id: string; outcome: Outcome }> {
  const home = opened(homePage(shop));
  await home.onShow();
  for (let times = 0; times < quantity; times++) home.add(tap({ id: productId }));
  const cart = opened(cartPage(shop));
  await cart.onShow();
  await cart.order();
  const to = new URL(wx.visited.at(-1) ?? '', 'wx://app');
  expect([wx.toasts, to.pathname]).toEqual([[], '/pages/result/result']);
  return { id: to.searchParams.get('id') ?? '', outcome: to.searchParams.get('outcome') as Outcome };
}

async function result(of: { id: string; outcome: Outcome }) {
  const page = opened(resultPage(shop));
  await page.onLoad(of);
  return page;
}

describe('buying', () => {
  it('from the catalogue to a paid order, with one login and an address', async () => {
    const home = opened(homePage(shop));
    await home.onShow();
    expect(home.data.products.find(({ id }) => id === productId)).toMatchObject({
      price: '19.90',
      quantity: 0,
    });
    const cart = opened(cartPage(shop));
    await cart.chooseAddress();
    const bought = await buy(2);
    expect((await result(bought)).data).toMatchObject({
      outcome: 'paid',
      title: '支付成功',
      amount: '39.80',
    });

    const orders = opened(ordersPage(shop));
    await orders.onShow();
    expect(orders.data.orders).toMatchObject([{ id: bought.id, words: '待发货', amount: '39.80' }]);
    const [stored] = await system.database.query<{ address: { city: string } }>(
      'SELECT address FROM orders WHERE id = $1',
      [bought.id],
    );
    expect([stored?.address.city, wx.logins, shop.cart.items()]).toEqual(['深圳市', 1, []]);
  });

  it.each([
    ['cancel', 'cancelled', '已取消支付'],
    ['fail', 'failed', '支付失败'],
  ] as const)('whoever does %s is told so, and may pay the same order again', async (act, outcome, title) => {
    wx.atCashier = act;
    const bought = await buy();
    expect(bought.outcome).toBe(outcome);
    const page = await result(bought);
    expect(page.data).toMatchObject({ outcome, title });
    wx.atCashier = 'pay';
    await page.payAgain();
    expect(page.data).toMatchObject({ outcome: 'paid', amount: '19.90' });
  });

  it('A26: money that moved is money that moved, whatever the phone says', async () => {
    wx.atCashier = 'trick';
    expect((await buy()).outcome).toBe('paid');
  });

  it('A26: without WeChat’s word the result is pending, and follows when it comes', async () => {
    await system.control.fault({ path: 'notify', fault: 'dropNotify' });
    await system.control.fault({ path: 'orderquery', fault: 'http500' });
    const bought = await buy();
    expect(bought.outcome).toBe('pending');
    const page = await result(bought);
    expect(page.data.title).toBe('支付结果确认中');
    await system.control.noFaults();
    await page.onPullDownRefresh();
    expect(page.data.outcome).toBe('paid');
  });

  it('an order that is closed meanwhile is called closed', async () => {
    wx.atCashier = 'cancel';
    const bought = await buy();
    await shop.api.post(`/orders/${bought.id}/cancel`);
    expect((await result(bought)).data.outcome).toBe('closed');
  });

  it('B7: an answer that is lost on the way makes no second order', async () => {
    await shop.session.token();
    const home = opened(homePage(shop));
    await home.onShow();
    home.add(tap({ id: productId }));
    const cart = opened(cartPage(shop));
    await cart.onShow();
    wx.answersToLose = 2;
    await cart.order();
    expect(wx.requests.filter((request) => request === 'POST /api/v1/checkout')).toHaveLength(3);
    const orders = opened(ordersPage(shop));
    await orders.onShow();
    expect(orders.data.orders).toMatchObject([{ words: '待发货' }]);
  });

  it('what cannot be ordered is said in words, with the code', async () => {
    const home = opened(homePage(shop));
    await home.onShow();
    home.add(tap({ id: productId }));
    await system.database.query('UPDATE products SET stock = 0 WHERE id = $1', [productId]);
    const cart = opened(cartPage(shop));
    await cart.onShow();
    await cart.order();
    await system.database.query('UPDATE products SET stock = 100000 WHERE id = $1', [productId]);
    expect(wx.toasts).toEqual(['库存不足，请减少数量（OUT_OF_STOCK）']);
    expect(shop.cart.items()).toHaveLength(1);
  });

  it('a coupon is kept while an order fails, and goes with the order that took it', async () => {
    const { id, code } = await newCoupon(await TestOperator.login(system, 'OWNER'));
    const home = opened(homePage(shop));
    await home.onShow();
    home.add(tap({ id: productId }));
    const cart = opened(cartPage(shop));
    await cart.onShow();
    cart.enterCoupon({ detail: { value: code.toLowerCase() }, currentTarget: { dataset: {} } });
    await system.database.query('UPDATE products SET stock = 0 WHERE id = $1', [productId]);
    await cart.order();
    await system.database.query('UPDATE products SET stock = 100000 WHERE id = $1', [productId]);
    expect([wx.toasts.length, cart.data.couponCode, cart.data.ordering]).toEqual([1, code, false]);
    await cart.order();
    expect([wx.toasts.length, cart.data.couponCode, shop.cart.items()]).toEqual([1, '', []]);
    expect((await couponBooks(system, id)).uses).toEqual({ USED: 1 });
  });

  it('whoever closes the page of addresses keeps the one he had, and hears of no error', async () => {
    const cart = opened(cartPage(shop));
    await cart.chooseAddress();
    const { address } = cart.data;
    wx.choosesNothing = true;
    await cart.chooseAddress();
    expect([wx.toasts, cart.data.address]).toEqual([[], address]);
    expect(address).toMatchObject({ city: '深圳市' });
  });
});

it('a session that has ended is renewed without the buyer noticing', async () => {
  await shop.session.token();
  wx.setStorageSync('token', 'no longer valid');
  const orders = opened(ordersPage(shop));
  await orders.onShow();
  expect([wx.toasts, wx.logins, orders.data.loading]).toEqual([[], 2, false]);
});

it('a refund is asked for, decided by the shop, and watched until the money is back', async () => {
  const { id } = await buy(2);
  const form = opened(refundPage(shop));
  await form.onLoad({ id });
  expect(form.data).toMatchObject({ refundable: '39.80', amount: '39.80' });
  form.enterAmount({ detail: { value: '40' }, currentTarget: { dataset: {} } });
  await form.send();
  expect(wx.toasts.pop()).toContain('0.01 到 39.80');
  form.enterAmount({ detail: { value: '19.9' }, currentTarget: { dataset: {} } });
  form.chooseReason(tap({ reason: '商品破损' }));
  wx.files.set('wxfile://one.jpg', PICTURE).set('wxfile://two.jpg', PICTURE);
  await form.addPictures();
  form.removePicture(tap({ path: 'wxfile://two.jpg' }));
  expect(form.data.pictures).toEqual(['wxfile://one.jpg']);
  await form.send();
  expect([wx.toasts.pop(), wx.visited.at(-1)]).toEqual(['已提交，等待商家审核', 'back']);

  const page = opened(orderPage(shop));
  page.onLoad({ id });
  await page.onShow();
  page.onHide();
  const [asked] = page.data.refunds;
  expect(asked).toMatchObject({
    words: '等待商家审核',
    amount: '19.90',
    reason: '商品破损',
    withdrawable: true,
  });
  const finance = await TestOperator.login(system, 'FINANCE');
  expect((await finance.send('GET', `/refunds/${asked?.id}/pictures`)).body).toMatchObject({
    items: [{ mediaType: 'image/jpeg', size: PICTURE.length }],
  });
  await finance.send('POST', `/refunds/${asked?.id}/approve`, { note: '已核实' });
  await eventually(async () => {
    await page.load();
    expect(page.data.refunds).toMatchObject([{ words: '已退款', note: '已核实', withdrawable: false }]);
  });
  expect(page.data.refunds[0]?.steps.map(({ done }) => done)).toEqual([true, true, true]);
  // Order and refunds are read side by side: the order may be a moment older.
  await eventually(async () => {
    await page.load();
    expect([page.data.refunded, page.data.canRefund]).toEqual(['19.90', true]);
  });
});

it('a refund stands although its picture could not be read; no picture chosen is no mistake', async () => {
  const { id } = await buy();
  const form = opened(refundPage(shop));
  await form.onLoad({ id });
  wx.files.set('wxfile://gone.jpg', PICTURE);
  wx.choosesNothing = true;
  await form.addPictures();
  expect([wx.toasts, form.data.pictures]).toEqual([[], []]);
  wx.choosesNothing = false;
  await form.addPictures();
  wx.files.clear();
  await form.send();
  expect([wx.toasts, wx.visited.at(-1)]).toEqual([['已提交，但有图片没有传上'], 'back']);
});

it('a delivery is seen and its receipt confirmed', async () => {
  const { id } = await buy();
  const support = await TestOperator.login(system, 'SUPPORT');
  const shipment = { logisticsType: 'PICKUP', itemDesc: '咖啡豆' };
  expect((await support.send('POST', `/orders/${id}/shipment`, shipment)).status).toBe(201);
  const page = opened(orderPage(shop));
  page.onLoad({ id });
  await page.load();
  expect(page.data).toMatchObject({ words: '待收货', canReceive: true, parcels: [{ trackingNo: '咖啡豆' }] });
  await page.receive();
  expect(page.data.words).toBe('已完成');
});

it('the home page can be shared to friends and to Moments', () => {
  const home = opened(homePage(shop));
  expect(home.onShareAppMessage()).toEqual({ title: expect.any(String), path: '/pages/home/home' });
  expect(home.onShareTimeline()).toEqual({ title: expect.any(String), query: '' });
});

describe('messages', () => {
  it('are asked for with the tap that orders, and once allowed the shop sends one', async () => {
    const { id } = await buy();
    expect(wx.asked).toEqual([[TEMPLATE]]);
    await eventually(async () => {
      const { body } = await system.control.call<{ items: { openid: string; page: string }[] }>(
        'GET',
        '/_sim/messages',
      );
      expect(body.items.filter(({ openid }) => openid === wx.openid)).toHaveLength(1);
    });
    expect(id).not.toBe('');
    const me = opened(mePage(shop));
    // That it was sent is written down after WeChat has answered.
    await eventually(async () => {
      await me.onShow();
      expect(me.data.messages).toEqual([{ words: '付款成功通知', state: '还可接收 0 次' }]);
    });
  });

  it('a no hinders no order, and is not asked again', async () => {
    wx.consents = 'reject';
    expect((await buy()).outcome).toBe('paid');
    expect((await buy()).outcome).toBe('paid');
    expect(wx.asked).toEqual([[TEMPLATE]]);
    const me = opened(mePage(shop));
    await me.onShow();
    expect(me.data.messages).toEqual([{ words: '付款成功通知', state: '已拒收' }]);
  });
});
