import { execFileSync } from 'node:child_process';
import sparticuz from '@sparticuz/chromium';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const INSTALLED = ['chromium', 'chromium-browser', 'google-chrome'];

/** The registry's Chromium where it runs (Linux on x64 or arm64), an installed one elsewhere. */
export async function launchBrowser(): Promise<Browser> {
  try {
    const executablePath = await sparticuz.executablePath();
    return await chromium.launch({ executablePath, args: sparticuz.args, timeout: 60_000 });
  } catch (cause) {
    const executablePath = process.env['CHROMIUM_PATH'] ?? INSTALLED.map(which).find(Boolean);
    if (executablePath === undefined)
      throw new Error('the Chromium of the registry does not run here; set CHROMIUM_PATH', { cause });
    return chromium.launch({ executablePath, args: ['--no-sandbox'], timeout: 60_000 });
  }
}

function which(name: string): string | undefined {
  try {
    return execFileSync('which', [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

/** A person's own browser: nothing shared with the others, and whatever goes wrong in its pages. */
export interface Visitor {
  page: Page;
  /** Exceptions, failed scripts, words in the console that say "error". */
  complaints: string[];
}

export async function visitor(browser: Browser, options: BrowserContextOptions = {}): Promise<Visitor> {
  const context = await browser.newContext({ locale: 'zh-CN', timezoneId: 'Asia/Shanghai', ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.setDefaultTimeout(30_000);
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // An answer of 4xx is the server's business, not a fault of the page.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  return { page, complaints };
}
