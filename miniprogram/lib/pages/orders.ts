import type { List, Order, OrderStatus } from '../model.js';
import { definePage, type Tap } from '../page.js';
import type { Shop } from '../shop.js';
import { ORDER_WORDS, shortTime, yuan } from '../words.js';

interface Row {
  id: string;
  words: string;
  status: OrderStatus;
  names: string;
  amount: string;
  at: string;
  refunded: string;
}

const REFUNDED = { NONE: '', PARTIAL: '部分退款', FULL: '已全额退款' } as const;

/** The buyer's own orders, newest first, page after page. */
export function ordersPage(shop: Shop) {
  return definePage({
    data: { orders: [] as Row[], nextCursor: null as string | null, loading: true },

    onShow() {
      return shop.trying(() => this.load());
    },
    async onPullDownRefresh() {
      await shop.trying(() => this.load());
      shop.wx.stopPullDownRefresh();
    },
    onReachBottom() {
      const { nextCursor } = this.data;
      return nextCursor === null ? Promise.resolve() : shop.trying(() => this.load(nextCursor));
    },
    async load(cursor?: string) {
      const after = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const { items, nextCursor } = await shop.api.get<List<Order>>(`/orders?limit=20${after}`);
      const before = cursor === undefined ? [] : this.data.orders;
      this.setData({ orders: [...before, ...items.map(row)], nextCursor, loading: false });
    },
    open({ currentTarget }: Tap) {
      shop.wx.navigateTo({ url: `/pages/order/order?id=${String(currentTarget.dataset['id'])}` });
    },
  });
}

function row({ id, status, items, payableFen, createdAt, refundStatus }: Order): Row {
  return {
    id,
    status,
    words: ORDER_WORDS[status],
    names: items.map(({ name, quantity }) => `${name} ×${quantity}`).join('，'),
    amount: yuan(payableFen),
    at: shortTime(createdAt),
    refunded: REFUNDED[refundStatus],
  };
}
