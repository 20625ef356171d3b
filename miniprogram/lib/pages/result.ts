import type { Order } from '../model.js';
import { definePage } from '../page.js';
import type { Outcome } from '../payment.js';
import type { Shop } from '../shop.js';
import { yuan } from '../words.js';

const WORDS: Readonly<Record<Outcome, [title: string, hint: string]>> = {
  paid: ['支付成功', '商家会尽快发货'],
  cancelled: ['已取消支付', '订单为您保留，可在到期前继续支付'],
  failed: ['支付失败', '没有扣款，可以重新支付'],
  pending: ['支付结果确认中', '如已付款请勿重复支付，稍后下拉刷新查看'],
  closed: ['订单已关闭', '如已付款，款项会原路退回'],
};

/** What became of the payment: by the server's word, asked again whenever the page is shown or pulled. */
export function resultPage(shop: Shop) {
  return definePage({
    data: { id: '', ...shown('pending'), amount: '', paying: false },

    async onLoad({ id = '', outcome = 'pending' }: { id?: string; outcome?: Outcome }) {
      this.show(outcome);
      this.setData({ id });
      await this.ask(outcome);
    },
    async onPullDownRefresh() {
      await this.ask(this.data.outcome);
      shop.wx.stopPullDownRefresh();
    },
    /** What the phone believed stands only as long as the server knows of no payment. */
    ask(believed: Outcome) {
      return shop.trying(async () => {
        const said = believed === 'cancelled' || believed === 'failed' ? believed : 'pending';
        const { outcome, order } = await shop.payment.truth(this.data.id, said);
        this.show(outcome, order);
      });
    },
    show(outcome: Outcome, order?: Order) {
      this.setData({
        ...shown(outcome),
        ...(order && { amount: yuan(outcome === 'paid' ? order.paidFen : order.payableFen) }),
      });
    },

    async payAgain() {
      if (this.data.paying) return;
      this.setData({ paying: true });
      await shop.trying(async () => {
        const order = await shop.api.get<Order>(`/orders/${this.data.id}`);
        const result = await shop.payment.payAgain(order);
        this.show(result.outcome, result.order);
      });
      this.setData({ paying: false });
    },
    toOrder() {
      shop.wx.redirectTo({ url: `/pages/order/order?id=${this.data.id}` });
    },
    toShop() {
      shop.wx.switchTab({ url: '/pages/home/home' });
    },
  });
}

function shown(outcome: Outcome): { outcome: Outcome; title: string; hint: string } {
  const [title, hint] = WORDS[outcome];
  return { outcome, title, hint };
}
