import type { Coupon, List, Subscription } from '../model.js';
import { definePage } from '../page.js';
import type { Shop } from '../shop.js';

const MESSAGE_WORDS: Readonly<Record<string, string>> = {
  ORDER_PAID: '付款成功通知',
  ORDER_SHIPPED: '发货通知',
  REFUND_DECIDED: '退款审核结果',
  REFUND_RETURNED: '退款到账通知',
  STAFF_NEW_ORDER: '新订单提醒（员工）',
  STAFF_REFUND_ASKED: '退款申请提醒（员工）',
};

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
