import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { toBeijingIso } from '../../src/common/time/beijing-time.js';
import { approve, ask, paidOrder } from '../refund/paid-order.js';
import { createOperator, TestOperator, type Credentials } from '../support/staff.js';
import { startSystem, type System } from '../support/system.js';
import { launchBrowser, visitor, type Visitor } from './browser.js';
import { logIn, open } from './console-visit.js';

const PAGES = [
  '/',
  '/orders',
  '/payments',
  '/refunds',
  '/suspense',
  '/reconciliation',
  '/ledger',
  '/products',
  '/coupons',
  '/members',
  '/notifications',
  '/printers',
  '/messages',
  '/webhooks',
  '/jobs',
  '/staff',
  '/audit',
  '/settings',
  '/account',
];
const ORDERS = /\/api\/v1\/admin\/orders(\?|$)/;
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const PHONE = { viewport: { width: 375, height: 812 }, hasTouch: true, isMobile: true };

let system: System;
let browser: Browser;
let owner: Credentials;
let desk: Visitor;
let phone: Visitor;

beforeAll(async () => {
  system = await startSystem();
  owner = await createOperator(system, 'OWNER');
  const finance = await TestOperator.login(system, 'FINANCE');
  const paid = await paidOrder(system, 1990);
  await approve(finance, (await ask(paid, { amountFen: 500 })).id);
  await ask(paid, { amountFen: 300 });
  browser = await launchBrowser();
  desk = await visitor(browser, { viewport: { width: 1280, height: 900 } });
  phone = await visitor(browser, PHONE);
  await logIn(system, desk.page, owner);
  await logIn(system, phone.page, owner);
}, 120_000);
afterAll(async () => {
  await browser.close();
  await system.stop();
});

describe.each(PAGES)('the page %s', (path) => {
  it('opens without a complaint and has no serious finding of accessibility', async () => {
    await open(system, desk.page, path);
    // "Legacy" is without frames, of which the console has none: the other way opens a second page for each report.
    const axe = new AxeBuilder({ page: desk.page }).setLegacyMode().withTags(WCAG);
    const { violations } = await axe.analyze();
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
    expect(desk.complaints).toEqual([]);
  });

  it('fits a phone of 375 px', async () => {
    await open(system, phone.page, path);
    const width = await phone.page
      .locator('html')
      .evaluate((page) => (page as { scrollWidth: number }).scrollWidth);
    expect(width).toBeLessThanOrEqual(375);
    expect(phone.complaints).toEqual([]);
  });
});

describe('at the desk', () => {
  it('speaks English when asked to', async () => {
    await open(system, desk.page, '/orders');
    await desk.page.getByRole('button', { name: 'English' }).click();
    await desk.page.getByRole('heading', { name: 'Orders' }).waitFor();
    expect(await desk.page.getAttribute('html', 'lang')).toBe('en');
    await desk.page.getByRole('button', { name: '中文' }).click();
    await desk.page.getByRole('heading', { name: '订单' }).waitFor();
  });

  it('with the keyboard alone: a number is looked up and its order opened', async () => {
    const { orderId } = await paidOrder(system, 1234);
    const [order] = await system.database.query<{ no: string }>(
      'SELECT order_no AS no FROM orders WHERE id = $1',
      [orderId],
    );
    await open(system, desk.page, '/');
    await desk.page.keyboard.press('/');
    await desk.page.keyboard.type(order?.no ?? '');
    await desk.page.keyboard.press('Enter');
    await desk.page
      .getByRole('link', { name: order?.no ?? '' })
      .first()
      .focus();
    await desk.page.keyboard.press('Enter');
    await desk.page.getByRole('heading', { name: `订单 ${order?.no}` }).waitFor();
  });

  it('goes to a page and has the focus on its content', async () => {
    const { page } = desk;
    await open(system, page, '/');
    await page.getByRole('link', { name: '商品' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '商品' }).waitFor();
    await page.locator('main:focus').waitFor();
  });

  it('an announcement is opened with the keyboard', async () => {
    const { page } = desk;
    await open(system, page, '/products');
    await page.getByRole('img', { name: '实时连接正常' }).waitFor();
    const { orderId } = await paidOrder(system, 4321);
    const announcement = page.getByRole('status').filter({ hasText: '收到新订单付款' });
    await announcement.getByRole('button', { name: /查\s?看/ }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/orders/${orderId}`);
    await announcement.waitFor({ state: 'detached' });
    await page.goBack();
    await page.getByRole('heading', { name: '商品' }).waitFor(); // it went there once
  });

  it('single keys do nothing once they are switched off, here and after the next visit', async () => {
    const { page } = desk;
    const toggle = page.getByRole('switch', { name: '启用单键快捷键' });
    await open(system, page, '/account');
    await toggle.click();
    await open(system, page, '/orders');
    await page.keyboard.press('?');
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await page.keyboard.press('/');
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(await page.locator('input:focus').count()).toBe(0);
    expect(new URL(page.url()).pathname).toBe('/console/orders');
    await open(system, page, '/account');
    await toggle.click();
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('键盘快捷键').first().waitFor();
    await page.keyboard.press('Escape');
  });

  it('M-31: asks for no more than can be refunded, and the server would refuse it anyway', async () => {
    const paid = await paidOrder(system, 1000);
    await open(system, desk.page, `/orders/${paid.orderId}`);
    await desk.page.getByRole('button', { name: '申请退款' }).click();
    const dialog = desk.page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: '金额' }).fill('10.01');
    await dialog.getByLabel('原因').fill('x');
    await dialog.getByRole('button', { name: '提交申请' }).click();
    await dialog.getByText('不能超过').waitFor();
    const rows = await system.database.query('SELECT FROM refunds WHERE order_id = $1', [paid.orderId]);
    expect(rows).toHaveLength(0);
    const staff = await TestOperator.again(system, owner);
    const body = { reason: 'x', amountFen: 1001 };
    expect((await staff.send('POST', `/orders/${paid.orderId}/refunds`, body)).status).toBe(409);
  });
});

describe('on a laptop abroad', () => {
  it("makes a deputy until the moment typed, by Beijing's clock, shows the same and takes it back", async () => {
    const { id } = await createOperator(system, 'SUPPORT');
    const abroad = await visitor(browser, { timezoneId: 'America/New_York' });
    const { page, complaints } = abroad;
    const until = `${toBeijingIso(new Date(Date.now() + 5 * 24 * 3600 * 1000)).slice(0, 10)} 10:30`;
    const dialog = page.getByRole('dialog');
    const field = dialog.getByLabel('代理财务至');
    const save = async (): Promise<void> => {
      await dialog.getByRole('button', { name: '保存' }).click();
      await dialog.waitFor({ state: 'hidden' });
    };
    const kept = async (): Promise<string | null | undefined> => {
      const [row] = await system.database.query<{ until: string | null }>(
        `SELECT to_char(deputy_until AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') AS until FROM operators WHERE id = $1`,
        [id],
      );
      return row?.until;
    };
    await logIn(system, page, owner);
    await open(system, page, `/staff/${id}`);
    await page.getByRole('button', { name: '修改资料' }).click();
    await field.fill(until);
    await field.press('Enter'); // sends the form, as in every field
    await dialog.waitFor({ state: 'hidden' });
    expect(await kept()).toBe(until);
    await page.getByText(until.slice(5)).waitFor();

    await page.getByRole('button', { name: '修改资料' }).click();
    expect(await field.inputValue()).toBe(until);
    const later = until.replace('10:30', '18:00');
    await field.fill(later); // and straight on to the button
    await save();
    expect(await kept()).toBe(later);

    await page.getByRole('button', { name: '修改资料' }).click();
    await field.hover();
    await dialog.locator('.ant-picker-clear').click();
    await save();
    expect(await kept()).toBeNull();
    expect(complaints).toEqual([]);
  });
});

describe('with a phone', () => {
  it('approves a refund and ships an order', async () => {
    const paid = await paidOrder(system, 2000);
    const refund = await ask(paid, { amountFen: 700 });
    const { page } = phone;
    await open(system, page, `/refunds/${refund.id}`);
    await page.getByRole('button', { name: /批准退款/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: '批准退款' }).click();
    await page.getByText('退款成功').first().waitFor();

    await open(system, page, `/orders/${paid.orderId}`);
    await page.getByRole('button', { name: '发货' }).click();
    await page.getByRole('dialog').getByText('自提').click();
    await page.getByRole('dialog').getByRole('button', { name: '发货' }).click();
    await page.getByText('已发货').first().waitFor();
    expect(phone.complaints).toEqual([]);
  });
});

describe('when the server fails', () => {
  it('says so with code and request id, offers another try, and shows no white page', async () => {
    const { page } = await visitor(browser);
    await logIn(system, page, owner);
    await page.route(ORDERS, (route) =>
      route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        body: JSON.stringify({
          title: 'down',
          status: 503,
          code: 'UNAVAILABLE',
          detail: 'later',
          requestId: 'r-1',
        }),
      }),
    );
    await open(system, page, '/orders');
    await page.getByText('r-1').first().waitFor();
    await page.unroute(ORDERS);
    await page.getByRole('button', { name: '重试' }).click();
    await page
      .getByRole('link', { name: /^\d{20,}/ })
      .first()
      .waitFor();
  });
});
