import { refundableFen, type List, type Order, type Refund } from '../model.js';
import { definePage, type Tap } from '../page.js';
import type { Shop } from '../shop.js';
import { ORDER_WORDS, REFUND_WORDS, shortTime, yuan } from '../words.js';

/** How often an open page looks at its order again. */
const FOLLOW_MS = 3000;

interface ShownRefund {
  id: string;
  words: string;
  amount: string;
  reason: string;
  note: string;
  withdrawable: boolean;
  steps: { words: string; at: string; done: boolean }[];
}

/** One order as it stands, with its refunds and its delivery; followed while it is on the screen. */
export function orderPage(shop: Shop) {
  return definePage({
    data: {
      id: '',
      words: '',
      orderNo: '',
      lines: [] as { name: string; quantity: number; price: string }[],
      payable: '',
      paid: '',
      refunded: '',
      expiresAt: '',
      parcels: [] as { carrier: string; trackingNo: string }[],
      refunds: [] as ShownRefund[],
      canPay: false,
      canReceive: false,
      canRefund: false,
      busy: false,
      timer: undefined as ReturnType<typeof setInterval> | undefined,
    },

    onLoad({ id = '' }: { id?: string }) {
      this.setData({ id });
    },
    async onShow() {
      await shop.trying(() => this.load());
      const timer = setInterval(() => void this.load().catch(() => undefined), FOLLOW_MS);
      this.setData({ timer });
    },
    onHide() {
      const { timer } = this.data;
      if (timer !== undefined) clearInterval(timer);
    },
    onUnload() {
      this.onHide();
    },
    async load() {
      const { id } = this.data;
      const [order, { items: refunds }] = await Promise.all([
        shop.api.get<Order>(`/orders/${id}`),
        shop.api.get<List<Refund>>(`/orders/${id}/refunds`),
      ]);
      const refundable = refundableFen(order, refunds);
      this.setData({
        words: order.closing === true ? '正在取消…' : ORDER_WORDS[order.status],
        orderNo: order.orderNo,
        lines: order.items.map(({ name, quantity, unitPriceFen }) => ({
          name,
          quantity,
          price: yuan(unitPriceFen * quantity),
        })),
        payable: yuan(order.payableFen),
        paid: order.paidFen > 0 ? yuan(order.paidFen) : '',
        refunded: order.refundedFen > 0 ? yuan(order.refundedFen) : '',
        expiresAt: shortTime(order.expiresAt),
        parcels: (order.shipment?.parcels ?? []).map(({ carrierName, trackingNo, itemDesc }) => ({
          carrier: carrierName ?? '无需物流',
          trackingNo: trackingNo ?? itemDesc,
        })),
        refunds: refunds.map(shownRefund),
        canPay: order.status === 'PENDING_PAYMENT' && order.closing !== true,
        canReceive: order.status === 'SHIPPED',
        canRefund: refundable > 0,
      });
    },

    async pay() {
      await this.once(async () => {
        const order = await shop.api.get<Order>(`/orders/${this.data.id}`);
        const { outcome } = await shop.payment.payAgain(order);
        shop.wx.redirectTo({ url: `/pages/result/result?id=${order.id}&outcome=${outcome}` });
      });
    },
    async cancel() {
      await this.once(() => this.act(`/orders/${this.data.id}/cancel`));
    },
    async receive() {
      await this.once(() => this.act(`/orders/${this.data.id}/receipt`));
    },
    async withdraw({ currentTarget }: Tap) {
      await this.once(() => this.act(`/refunds/${String(currentTarget.dataset['id'])}/withdraw`));
    },
    askRefund() {
      shop.wx.navigateTo({ url: `/pages/refund/refund?id=${this.data.id}` });
    },

    async act(path: string) {
      await shop.api.post(path);
      await this.load();
    },
    /** A second tap while the first works does nothing. */
    async once(work: () => Promise<void>) {
      if (this.data.busy) return;
      this.setData({ busy: true });
      await shop.trying(work);
      this.setData({ busy: false });
    },
  });
}

function shownRefund(refund: Refund): ShownRefund {
  const { id, status, amountFen, reason, reviewNote, createdAt, reviewedAt, succeededAt, requestedBy } =
    refund;
  return {
    id,
    words: REFUND_WORDS[status],
    amount: yuan(amountFen),
    reason,
    note: reviewNote ?? '',
    withdrawable: status === 'REQUESTED' && requestedBy.kind === 'buyer',
    steps: [
      step('提交申请', createdAt),
      step(status === 'REJECTED' ? '商家拒绝' : '商家审核', reviewedAt),
      step('退款到账', succeededAt),
    ],
  };
}

function step(words: string, at: string | undefined): ShownRefund['steps'][number] {
  return { words, at: shortTime(at), done: at !== undefined };
}
