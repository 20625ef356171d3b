import type { ChosenAddress, Wx, WxFailure } from '../../miniprogram/lib/wx.js';
import type { System } from '../support/system.js';

/** What the user does in WeChat's cashier. `trick`: he pays, and the phone says that he cancelled. */
export type AtCashier = 'pay' | 'cancel' | 'fail' | 'trick';

const ADDRESS: ChosenAddress = {
  userName: '陈晓明',
  telNumber: '13800138000',
  provinceName: '广东省',
  cityName: '深圳市',
  countyName: '南山区',
  detailInfo: '科技中一路 1 号',
};

/** A phone: requests are real HTTP to the application, login, cashier and consent are the simulator's. */
export class FakeWx implements Wx {
  atCashier: AtCashier = 'pay';
  consents: 'accept' | 'reject' = 'accept';
  /** Whether he closes WeChat's pages for addresses and pictures without choosing. */
  choosesNothing = false;
  /** Answers to the next checkouts that never reach the phone, although the server has done its work. */
  answersToLose = 0;
  /** `POST /api/v1/checkout`, as they went out. */
  readonly requests: string[] = [];
  readonly toasts: string[] = [];
  /** Where the user was led, newest last. */
  readonly visited: string[] = [];
  readonly asked: string[][] = [];
  /** Pictures in the phone's album, by their path. */
  readonly files = new Map<string, Buffer>();
  logins = 0;
  openid: string | undefined;
  private readonly storage = new Map<string, unknown>();

  constructor(private readonly system: System) {}

  request({ url, method, header, data, ...callbacks }: Parameters<Wx['request']>[0]): void {
    this.requests.push(`${method} ${new URL(url).pathname}`);
    const losing = url.endsWith('/checkout') && this.answersToLose > 0;
    if (losing) this.answersToLose -= 1;
    void answer('request', callbacks, async () => {
      const body = data !== undefined && { body: data };
      const response = await fetch(url, { method, headers: header, ...body });
      if (losing) throw new Error('timeout');
      return { statusCode: response.status, data: await response.json() };
    });
  }

  login(callbacks: Parameters<Wx['login']>[0]): void {
    this.logins += 1;
    void answer('login', callbacks, async () => {
      const { code, openid } = await this.system.control.loginCode(this.openid);
      this.openid = openid;
      return { code };
    });
  }

  requestPayment({ success, fail, ...payParams }: Parameters<Wx['requestPayment']>[0]): void {
    const act = this.atCashier;
    void answer('requestPayment', { success, fail }, async () => {
      if (act !== 'cancel')
        await this.system.control.pay({ payParams, result: act === 'fail' ? 'PAYERROR' : 'SUCCESS' });
      if (act !== 'pay') throw new Error(act === 'fail' ? '' : 'cancel');
      return { errMsg: 'requestPayment:ok' };
    });
  }

  requestSubscribeMessage({ tmplIds, ...callbacks }: Parameters<Wx['requestSubscribeMessage']>[0]): void {
    this.asked.push(tmplIds);
    void answer('requestSubscribeMessage', callbacks, async () => {
      let answers = { errMsg: 'requestSubscribeMessage:ok' };
      for (const templateId of tmplIds) {
        const asked = { openid: this.openid, templateId, result: this.consents };
        const { body } = await this.system.control.call<object>('POST', '/_sim/subscriptions', asked);
        answers = { ...answers, ...body };
      }
      return answers;
    });
  }

  chooseAddress({ success, fail }: Parameters<Wx['chooseAddress']>[0]): void {
    if (this.choosesNothing) fail?.({ errMsg: 'chooseAddress:fail cancel' });
    else success?.(ADDRESS);
  }

  chooseMedia({ count, success, fail }: Parameters<Wx['chooseMedia']>[0]): void {
    const tempFiles = [...this.files.keys()].slice(0, count).map((tempFilePath) => ({ tempFilePath }));
    if (this.choosesNothing) fail?.({ errMsg: 'chooseMedia:fail cancel' });
    else success?.({ tempFiles });
  }
  getFileSystemManager(): ReturnType<Wx['getFileSystemManager']> {
    return {
      readFile: ({ filePath, ...callbacks }) =>
        void answer('readFile', callbacks, async () => {
          const file = this.files.get(filePath);
          if (file === undefined) throw new Error('no such file');
          return Promise.resolve({ data: new Uint8Array(file).buffer });
        }),
    };
  }

  showToast({ title }: { title: string }): void {
    this.toasts.push(title);
  }
  navigateTo({ url }: { url: string }): void {
    this.visited.push(url);
  }
  redirectTo({ url }: { url: string }): void {
    this.visited.push(url);
  }
  switchTab({ url }: { url: string }): void {
    this.visited.push(url);
  }
  navigateBack(): void {
    this.visited.push('back');
  }
  stopPullDownRefresh(): void {
    // nothing to see
  }
  getStorageSync(key: string): unknown {
    return structuredClone(this.storage.get(key)) ?? '';
  }
  setStorageSync(key: string, value: unknown): void {
    this.storage.set(key, structuredClone(value));
  }
  removeStorageSync(key: string): void {
    this.storage.delete(key);
  }
}

/** As WeChat answers: success with a result, or fail with `login:fail why`. */
async function answer<Result>(
  name: string,
  {
    success,
    fail,
  }: {
    success?: ((result: Result) => void) | undefined;
    fail?: ((failure: WxFailure) => void) | undefined;
  },
  work: () => Promise<Result>,
): Promise<void> {
  let result: Result;
  try {
    result = await work();
  } catch (error) {
    fail?.({ errMsg: `${name}:fail ${(error as Error).message}` });
    return;
  }
  success?.(result);
}

/** A page as WeChat shows it: its own data, changed by setData. */
export function opened<Page extends { data: object }>(
  page: Page,
): Page & { setData(change: Partial<Page['data']>): void } {
  const shown = { ...page, data: structuredClone(page.data) };
  return Object.assign(shown, {
    setData(change: Partial<Page['data']>) {
      Object.assign(shown.data, change);
    },
  });
}

/** A tap on an element with this data. */
export function tap(dataset: Record<string, unknown>): {
  currentTarget: { dataset: Record<string, unknown> };
} {
  return { currentTarget: { dataset } };
}
