import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { createOperator, TestOperator, totpCode, type Credentials } from '../support/staff.js';
import { startSystem, type System } from '../support/system.js';
import { launchBrowser, visitor, type Visitor } from './browser.js';

let system: System;
let browser: Browser;
let finance: Credentials;
let secret: string;

beforeAll(async () => {
  // Every refund asks for a fresh code of the second factor.
  system = await startSystem({ REFUND_STEP_UP_MIN_FEN: '1' });
  await system.product({ name: '手冲咖啡豆 250g', priceFen: 1990 });
  finance = await createOperator(system, 'FINANCE');
  ({ secret } = await (await TestOperator.again(system, finance)).enrol());
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await system.stop();
});

/** Types what the phone shows, into boxes that wait for it, as often as a test likes: otherwise a code works once, and the next comes in 30 s. */
async function typeCode(page: Page): Promise<void> {
  await page.getByRole('group', { name: '6 位动态验证码' }).locator('input:focus').waitFor();
  await system.database.query('UPDATE operators SET totp_last_step = NULL');
  await page.keyboard.type(totpCode(secret));
}

/** Logs in as a person does: name, password, the six digits of the phone. */
async function logIn({ page }: Visitor): Promise<void> {
  await page.goto(`${system.url}/console/`);
  await page.getByLabel('用户名').fill(finance.username);
  await page.getByLabel('密码').fill(finance.password);
  await page.keyboard.press('Enter');
  await typeCode(page);
  await page.getByRole('heading', { name: '概览' }).waitFor();
}

describe('the whole story, in two browsers at once', () => {
  it('the buyer pays, the shop sees it, the buyer wants the money back, finance approves, the buyer has it', async () => {
    const buyer = await visitor(browser, { viewport: { width: 900, height: 900 } });
    const staff = await visitor(browser, { viewport: { width: 1280, height: 900 } });
    await logIn(staff);
    await staff.page.getByRole('link', { name: /订单$/ }).click();
    await staff.page.getByText('还没有订单').waitFor();

    const shop = buyer.page;
    await shop.goto(`${system.simulator.controlUrl}/shop`);
    await shop.getByRole('button', { name: '增加' }).first().click();
    await shop.getByRole('button', { name: /购物车/ }).click();
    await shop.getByRole('button', { name: '提交订单' }).click();
    await shop.getByRole('button', { name: '确认支付' }).click();
    await shop.getByText('支付成功', { exact: true }).waitFor();

    // Without a reload.
    await staff.page.getByText('待发货').first().waitFor();

    await shop.getByRole('button', { name: '查看订单' }).click();
    await shop.getByRole('button', { name: '申请退款' }).click();
    await shop.getByLabel('退款原因').fill('不想要了');
    await shop.getByRole('button', { name: '提交申请' }).click();
    await shop.getByText('等待商家审核').first().waitFor();

    await staff.page.getByRole('link', { name: /退款$/ }).click();
    await staff.page.getByText('待审批').first().waitFor();
    await staff.page.getByRole('link', { name: /R\d+/ }).first().click();
    await system.database.query('UPDATE operator_sessions SET step_up_at = NULL'); // the login's code has grown old
    await staff.page.getByRole('button', { name: /批准退款/ }).click();
    const dialog = staff.page.getByRole('dialog');
    await dialog.getByRole('button', { name: /批准/ }).click();
    await typeCode(staff.page);

    await shop.getByText('已退款').first().waitFor();
    await staff.page.getByText('退款成功').first().waitFor();
    expect(buyer.complaints).toEqual([]);
    expect(staff.complaints).toEqual([]);
    const [sum] = await system.database.query<{ fen: string }>(
      'SELECT sum(amount_fen) AS fen FROM ledger_entries',
    );
    expect(Number(sum?.fen)).toBe(0);
  }, 180_000);
});
