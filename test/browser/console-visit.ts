import type { Page } from 'playwright-core';
import type { Credentials } from '../support/staff.js';
import type { System } from '../support/system.js';

export async function logIn({ url }: System, page: Page, who: Credentials): Promise<void> {
  await page.goto(`${url}/console/`);
  await page.getByLabel('用户名').fill(who.username);
  await page.getByLabel('密码').fill(who.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '概览' }).waitFor();
}

/** Opens a page and waits until what it asked the server for has been drawn. */
export async function open({ url }: System, page: Page, path: string): Promise<void> {
  await page.goto(`${url}/console${path}`);
  await page.locator('h1').first().waitFor();
  // Not with a function of its own in the page: the console's policy lets nobody evaluate text.
  await page
    .locator('[aria-busy=true], .ant-skeleton, .ant-spin-spinning')
    .first()
    .waitFor({ state: 'detached' });
}
