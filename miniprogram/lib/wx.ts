/** What one call of WeChat's gives back or says when it fails: `requestPayment:fail cancel`. */
export interface WxFailure {
  errMsg: string;
}
interface Callbacks<Result> {
  success?: (result: Result) => void;
  fail?: (failure: WxFailure) => void;
}

/** As the backend gives them; handed to WeChat unchanged. */
export interface PayParams {
  timeStamp: string;
  nonceStr: string;
  package: string;
  signType: 'MD5' | 'HMAC-SHA256' | 'RSA';
  paySign: string;
}

export interface ChosenAddress {
  userName: string;
  telNumber: string;
  provinceName: string;
  cityName: string;
  countyName: string;
  detailInfo: string;
}

/** The part of WeChat's `wx` that the shop uses: the real one on the phone, another in tests. */
export interface Wx {
  request(
    options: {
      url: string;
      method: 'GET' | 'POST';
      header: Record<string, string>;
      data?: string | ArrayBuffer;
      timeout: number;
    } & Callbacks<{ statusCode: number; data: unknown }>,
  ): unknown;
  login(options: Callbacks<{ code: string }>): unknown;
  requestPayment(options: PayParams & Callbacks<WxFailure>): unknown;
  requestSubscribeMessage(
    options: { tmplIds: string[] } & Callbacks<{ errMsg: string; [templateId: string]: unknown }>,
  ): unknown;
  chooseAddress(options: Callbacks<ChosenAddress>): unknown;
  chooseMedia(
    options: { count: number; mediaType: ['image']; sizeType: ['compressed'] } & Callbacks<{
      tempFiles: { tempFilePath: string }[];
    }>,
  ): unknown;
  getFileSystemManager(): {
    readFile(options: { filePath: string } & Callbacks<{ data: string | ArrayBuffer }>): unknown;
  };
  showToast(options: { title: string; icon: 'none' | 'success'; duration?: number }): unknown;
  navigateTo(options: { url: string }): unknown;
  redirectTo(options: { url: string }): unknown;
  switchTab(options: { url: string }): unknown;
  navigateBack(options: { delta: number }): unknown;
  stopPullDownRefresh(): unknown;
  // oxlint-disable-next-line typescript/no-explicit-any -- WeChat's own types say so
  getStorageSync(key: string): any;
  setStorageSync(key: string, value: unknown): void;
  removeStorageSync(key: string): void;
}

/** Turns a call with callbacks into a promise; its failure is a `WxError`. */
export function call<Result>(make: (callbacks: Required<Callbacks<Result>>) => unknown): Promise<Result> {
  return new Promise((success, reject) => {
    make({ success, fail: ({ errMsg }) => reject(new WxError(errMsg)) });
  });
}

/** The same for a page of WeChat's on which the user chooses something: undefined when he closes it. */
export async function choice<Result>(
  make: (callbacks: Required<Callbacks<Result>>) => unknown,
): Promise<Result | undefined> {
  try {
    return await call(make);
  } catch (error) {
    if (error instanceof WxError && error.errMsg.includes('cancel')) return undefined;
    throw error;
  }
}

/** WeChat refused, or the network did. */
export class WxError extends Error {
  constructor(readonly errMsg: string) {
    super(errMsg);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
