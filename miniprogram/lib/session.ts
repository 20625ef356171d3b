import { exchange, type Credentials } from './api.js';
import { call, type Wx } from './wx.js';

const STORED = 'token';

/** Who the phone's user is to the shop: `wx.login` gives a code, the shop's server a token. openid stays on the server. */
export class Session implements Credentials {
  private entering: Promise<string> | undefined;

  constructor(
    private readonly wx: Wx,
    private readonly baseUrl: string,
  ) {}

  /** However many ask at once, there is one login. */
  async token(): Promise<string> {
    const known = this.wx.getStorageSync(STORED) as unknown;
    if (typeof known === 'string' && known !== '') return known;
    this.entering ??= this.enter().finally(() => {
      this.entering = undefined;
    });
    return this.entering;
  }

  forget(token: string): void {
    if (this.wx.getStorageSync(STORED) === token) this.wx.removeStorageSync(STORED);
  }

  private async enter(): Promise<string> {
    const { code } = await call<{ code: string }>((callbacks) => this.wx.login(callbacks));
    const { token } = await exchange<{ token: string }>(
      this.wx,
      this.baseUrl,
      'POST',
      '/login',
      { code },
      {},
    );
    this.wx.setStorageSync(STORED, token);
    return token;
  }
}
