import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { FIRST_SN } from '../../simulator/printer/printer-cloud.js';
import type { ReconciliationDetail } from '../../src/staff/reconciliations/reconciliation.schema.js';
import { ask, paidOrder } from '../refund/paid-order.js';
import { TestBuyer } from '../support/buyer.js';
import { createOperator, TestOperator, type Credentials } from '../support/staff.js';
import { itemOf } from '../support/suspense.js';
import { startSystem, type System } from '../support/system.js';
import { launchBrowser, visitor, type Visitor } from './browser.js';
import { logIn, open } from './console-visit.js';

const PHONE = { viewport: { width: 375, height: 812 }, hasTouch: true, isMobile: true };
const LONG = '超长名称：若羌灰枣特级大果自然风干免洗不加糖独立小包装家庭分享装五斤（送礼盒、送密封罐）';

let system: System;
let browser: Browser;
let owner: Credentials;
let staff: TestOperator;
let desk: Visitor;
let suspenseId: string;

beforeAll(async () => {
  system = await startSystem({
    WXPAY_CONFIRM_NOTIFY: 'signature',
    REFUND_SECOND_APPROVAL_MIN_FEN: '50000',
    WEBHOOK_ALLOWED_HOSTS: '127.0.0.1',
    WXPAY_TIMEOUT_MS: '6000', // a slow machine must not lose answers that no fault has taken
    FEIE_SN: FIRST_SN,
  });
  owner = await createOperator(system, 'OWNER');
  staff = await TestOperator.again(system, owner);
  const buyer = await TestBuyer.login(system);
  const { payment } = await buyer.checkout(await system.product({ priceFen: 5800, name: LONG }));
  const { transactionId = '' } = await system.control.pay({ outTradeNo: payment.outTradeNo, totalFen: 580 });
  suspenseId = (await itemOf(staff, transactionId)).id;
  browser = await launchBrowser();
  desk = await visitor(browser, { viewport: { width: 1280, height: 900 } });
  await logIn(system, desk.page, owner);
}, 120_000);
afterAll(async () => {
  await browser.close();
  await system.stop();
});

it('money in suspense says what happened, what it was and what to decide', async () => {
  const { page } = desk;
  await open(system, page, `/suspense/${suspenseId}`);
  await page.getByText('微信通知的金额 ¥5.80 与应付 ¥58.00 不一致，订单没有记为已付款。').waitFor();
  await page.getByText('请先核对金额为何不同').waitFor();
  await page.getByText('付款金额').waitFor();
  await page.getByRole('link', { name: '查看订单' }).waitFor();
});

it('the order of a wrong amount shows what was due and what came in', async () => {
  const { page } = desk;
  await open(system, page, `/suspense/${suspenseId}`);
  await page.getByRole('link', { name: '查看订单' }).click();
  const attempt = page.getByRole('article', { name: '第 1 次' });
  await attempt.getByText('应付').waitFor();
  const received = attempt.locator('dt', { hasText: '实收' }).locator('xpath=following-sibling::dd[1]');
  expect(await received.textContent()).toBe('¥5.80 金额不符');
});

it('a notification says what became of it, and where its money lies', async () => {
  const { page } = desk;
  await open(system, page, '/notifications?outcome=WRONG_AMOUNT');
  await page.getByRole('link', { name: '付款', exact: true }).click();
  await page.getByText('签名正确，但金额与应付不一致').waitFor();
  await page.getByRole('link', { name: '去“待处理款项”查看' }).click();
  await page.getByRole('link', { name: '金额不符' }).waitFor();
});

it('the first of two approvals does not promise that money moves', async () => {
  const { page } = desk;
  const { id } = await ask(await paidOrder(system, 60_000));
  await open(system, page, `/refunds/${id}`);
  await page.getByRole('button', { name: /批准退款/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('需要两个人批准').waitFor();
  await dialog.getByRole('button', { name: '批准退款' }).click();
  await page.getByText('已记录你的批准，还需另一人批准').waitFor();
  await page.getByText('还需 1 人批准').waitFor();
});

it('approving several together leaves the large to their own pages, and tells why some stayed', async () => {
  const { page } = desk;
  const small = await ask(await paidOrder(system, 1200));
  const large = await ask(await paidOrder(system, 70_000));
  const own = await staff.send<{ refundNo: string }>(
    'POST',
    `/orders/${(await paidOrder(system, 1300)).orderId}/refunds`,
    { amountFen: 1300, expectedRefundableFen: 1300, reason: '缺货' },
  );
  await open(system, page, '/refunds');
  const rowOf = (number: string): Locator => page.getByRole('row', { name: number });
  for (const number of [small.refundNo, own.body.refundNo]) await rowOf(number).getByRole('checkbox').check();
  expect(await rowOf(large.refundNo).getByRole('checkbox').isDisabled()).toBe(true);
  await rowOf(large.refundNo).getByText('需单独审批').waitFor();
  await page.getByRole('button', { name: /批准所选 2 笔/ }).click();
  await page
    .getByRole('button', { name: /确\s?定|批准/ })
    .last()
    .click();
  await page.getByText('已批准 1 笔 · 1 笔未批准（').waitFor();
});

it('a refund is found by its order and by its day, beside what can still be refunded', async () => {
  const { page } = desk;
  const paid = await paidOrder(system, 8600);
  const { refundNo } = await ask(paid, { amountFen: 1400 });
  await open(system, page, `/refunds?q=${paid.outTradeNo}`);
  const row = page.getByRole('row', { name: refundNo });
  for (const amount of ['¥14.00', '¥72.00']) await row.getByText(amount).first().waitFor();
  await open(system, page, `/refunds?q=${paid.outTradeNo}&to=2020-01-01`);
  await page.getByText('没有符合条件的记录').waitFor();
});

it('pictures that cannot be read are no absent pictures: the page says so and tries again', async () => {
  const { page } = desk;
  const { id } = await ask(await paidOrder(system, 900));
  const pictures = new RegExp(`/refunds/${id}/pictures$`);
  await page.route(pictures, (route) => route.abort());
  await open(system, page, `/refunds/${id}`);
  const panel = page
    .locator('section')
    .filter({ has: page.getByRole('heading', { name: '买家上传的凭证' }) });
  await panel.getByText('服务器没有响应').waitFor();
  await page.unroute(pictures);
  await panel.getByRole('button', { name: '重试' }).click();
  await panel.first().waitFor({ state: 'detached' });
});

it('carriers that cannot be read are said so, and a code can be typed', async () => {
  const { page } = desk;
  const { orderId } = await paidOrder(system, 800);
  const carriers = /\/admin\/carriers$/;
  await page.route(carriers, (route) => route.abort());
  await open(system, page, `/orders/${orderId}`);
  await page.getByRole('button', { name: '发货' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('请直接填写编码').waitFor();
  await page.unroute(carriers);
  await dialog.getByRole('button', { name: /重\s?试/ }).click();
  await dialog.getByText('请直接填写编码').waitFor({ state: 'detached' });
});

it('orders chosen together: the unpaid are closed after a question, the paid printed, and other filters forget them', async () => {
  const { page } = desk;
  const buyer = await TestBuyer.login(system);
  const productId = await system.product({ priceFen: 4200 });
  const { order: unpaid } = await buyer.checkout(productId);
  const { orderId: paidId } = await paidOrder(system, 4300);
  const [paid = { no: '' }] = await system.database.query<{ no: string }>(
    'SELECT order_no AS no FROM orders WHERE id = $1',
    [paidId],
  );
  const choose = async (): Promise<void> => {
    for (const number of [unpaid.orderNo, paid.no])
      await page.getByRole('row', { name: number }).getByRole('checkbox').check();
  };
  await open(system, page, '/orders');
  await choose();
  await page.getByRole('button', { name: '打印所选 1 张小票' }).waitFor();
  await page.getByRole('combobox', { name: '状态', exact: true }).click();
  await page.getByTitle('待发货').click();
  await page.getByRole('link', { name: unpaid.orderNo }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: /所选/ }).first().waitFor({ state: 'detached' });

  await page.getByRole('button', { name: '清除筛选' }).click();
  await choose();
  await page.getByRole('button', { name: '关闭所选 1 个未付款订单' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '关闭所选 1 个未付款订单' }).click();
  await page.getByText('已处理 1 个').waitFor();
  await buyer.orderBecomes(unpaid.id, 'CLOSED');
});

it('a rejected refund holds no amount of its order', async () => {
  const { page } = desk;
  const { id } = await ask(await paidOrder(system, 3000));
  await staff.send('POST', `/refunds/${id}/reject`, { reason: '已拆封' });
  await open(system, page, `/refunds/${id}`);
  const left = page.locator('dt', { hasText: '现在可退' }).locator('xpath=following-sibling::dd[1]');
  expect(await left.textContent()).toBe('¥30.00');
});

it('a webhook’s secret is shown once, and only "kept" closes it', async () => {
  const { page } = desk;
  await open(system, page, '/webhooks');
  await page.getByRole('button', { name: '添加地址' }).first().click();
  await page.getByRole('textbox', { name: '地址' }).fill('http://127.0.0.1:9/hook');
  await page.getByRole('button', { name: /保\s?存/ }).click();
  await page.getByText('签名密钥只显示这一次').waitFor();
  const dialog = page.getByRole('dialog').filter({ hasText: 'whsec_' });
  expect(await dialog.getByRole('button', { name: /取\s?消/ }).count()).toBe(0);
  await page.keyboard.press('Escape');
  await dialog.getByRole('button', { name: '我已保存' }).click();
  await dialog.waitFor({ state: 'hidden' });
});

it('a delivery that failed says when it is tried next', async () => {
  const { page } = desk;
  const endpoint = { url: 'http://127.0.0.1:9/down', eventTypes: ['refund.requested'] };
  const { status, body } = await staff.send<{ id: string }>('POST', '/webhooks', endpoint);
  expect(status).toBe(201);
  await ask(await paidOrder(system, 700));
  await open(system, page, `/webhooks/${body.id}`);
  const column = await page.getByRole('columnheader').allTextContents();
  const next = page.locator('tbody tr.ant-table-row td').nth(column.indexOf('下次尝试'));
  await next.getByText('后').waitFor();
});

it('a printer that is off says so in its own row', async () => {
  const { page } = desk;
  await system.control.call('POST', `/_sim/printers/${FIRST_SN}`, { online: false });
  await open(system, page, '/printers');
  await page.getByRole('button', { name: '查询状态' }).click();
  await page
    .getByRole('row', { name: /默认打印机/ })
    .getByText('离线')
    .waitFor();
});

it('a coupon whose time is over is not called usable', async () => {
  const { page } = desk;
  const body = {
    kind: 'FIXED',
    code: 'OVER2020',
    name: '双十一狂欢大促满三百减五十全场通用优惠券（不可叠加）',
    amountFen: 500,
    minTotalFen: 30_000,
    startsAt: '2020-01-01T00:00:00+08:00',
    endsAt: '2020-02-01T00:00:00+08:00',
  };
  expect((await staff.send('POST', '/coupons', body)).status).toBe(201);
  await open(system, page, '/coupons');
  await page
    .getByRole('row', { name: /OVER2020/ })
    .getByText('已过期')
    .waitFor();
});

it('a difference marks in red what both sides say differently, in yuan and in words', async () => {
  const { page } = desk;
  const { outTradeNo } = await paidOrder(system, 10_000);
  const { transactionId } = await system.control.transaction(outTradeNo);
  const { body: clock } = await system.control.call<{ now: string }>('GET', '/_sim/clock');
  const date = new Date(Date.parse(clock.now) + 8 * 3600_000).toISOString().slice(0, 10);
  await system.control.call('POST', '/_sim/bills', { date, alter: [{ transactionId, amountFen: 9999 }] });
  const { body: day } = await staff.send<ReconciliationDetail>('POST', '/reconciliations', { date });
  await open(system, page, `/reconciliation/${day.id}`);
  const card = page.getByRole('article', { name: `金额不一致 ${transactionId}` });
  await card.getByText('同一笔交易两边金额不同').waitFor();
  const red = await card.locator('tr.differs').allTextContents();
  expect(red).toEqual(['金额¥99.99¥100.00', '结算金额¥99.99¥100.00']);
  await card.getByRole('link', { name: '打开订单' }).waitFor();
});

/** How wide a box is, and how wide what is in it. */
async function widths(page: Page, selector: string): Promise<[shown: number, whole: number]> {
  const box = page.locator(selector).first();
  await box.waitFor();
  return box.evaluate((element) => {
    const { clientWidth, scrollWidth } = element as unknown as { clientWidth: number; scrollWidth: number };
    return [clientWidth, scrollWidth];
  });
}

describe('nothing is cut off', () => {
  it.each(['/refunds', '/products', '/coupons', '/suspense', '/printers', '/jobs'])(
    'the last column of %s stands on a screen of 1280 px',
    async (path) => {
      await open(system, desk.page, path);
      const [shown, whole] = await widths(desk.page, '.ant-table-content, .state-view');
      expect(whole).toBeLessThanOrEqual(shown);
    },
  );

  it('long numbers and names break on a phone', async () => {
    const { page } = await visitor(browser, PHONE);
    await logIn(system, page, owner);
    for (const path of ['/suspense', '/products']) {
      await open(system, page, path);
      await page.locator('.card').first().waitFor();
      const [shown, whole] = await widths(page, '.panel-flush');
      expect(whole).toBeLessThanOrEqual(shown);
    }
  }, 120_000);
});

it('no page complained', () => expect(desk.complaints).toEqual([]));
