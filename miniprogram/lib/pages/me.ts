import type { Coupon, List, Subscription } from '../model.js';
import { definePage } from '../page.js';
import type { Shop } from '../shop.js';
import { MESSAGE_WORDS } from '../words.js';

/** Coupons, and which messages the shop may send. */
export function mePage(shop: Shop) {
  return definePage({
    data: {
      coupons: [] as Coupon[],
      messages: [] as { words: string; state: string }[],
      templates: [] as string[],
    },

    onShow() {
      return shop.trying(() => this.load());
    },
    async load() {
      const [{ items: coupons }, { items: messages }] = await Promise.all([
        shop.api.get<List<Coupon>>('/coupons'),
        shop.api.get<List<Subscription>>('/me/subscriptions'),
      ]);
      this.setData({
        coupons,
        messages: messages.map(({ message, remaining, refused }) => ({
          words: MESSAGE_WORDS[message] ?? message,
          state: refused && remaining === 0 ? '已拒收' : `还可接收 ${remaining} 次`,
        })),
        templates: messages.slice(0, 3).map(({ templateId }) => templateId),
      });
    },
    onShareAppMessage() {
      return { title: '云上小铺 · 好茶好咖啡', path: '/pages/home/home' };
    },
    allow() {
      return shop.trying(async () => {
        await shop.consent.ask(this.data.templates);
        await this.load();
      });
    },
  });
}
