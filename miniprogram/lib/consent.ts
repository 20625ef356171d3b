import type { Api } from './api.js';
import type { List, Subscription } from './model.js';
import { call, type Wx } from './wx.js';

/** WeChat asks for at most three templates at once. */
const AT_ONCE = 3;

/** Messages the shop may send: WeChat asks the user, and the answer is reported to the shop. */
export class Consent {
  constructor(
    private readonly wx: Wx,
    private readonly api: Api,
  ) {}

  /** Of these messages, the templates to ask for: where nothing is left to send and nobody has said no. */
  async wanted(messages: readonly string[]): Promise<string[]> {
    const { items } = await this.api.get<List<Subscription>>('/me/subscriptions');
    return items
      .filter(({ message, remaining, refused }) => messages.includes(message) && remaining === 0 && !refused)
      .map(({ templateId }) => templateId)
      .slice(0, AT_ONCE);
  }

  /**
   * Asks; WeChat wants this directly after a tap. A phone that does not ask (switched off, too old) hinders no order.
   * @param templates as `wanted` gave them
   */
  async ask(templates: readonly string[]): Promise<void> {
    if (templates.length === 0) return;
    try {
      const answers = await call<{ errMsg: string }>((callbacks) =>
        this.wx.requestSubscribeMessage({ tmplIds: [...templates], ...callbacks }),
      );
      await this.api.post('/me/subscriptions', answers);
    } catch {
      // The order matters more than its messages.
    }
  }
}
