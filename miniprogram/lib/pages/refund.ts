import { refundableFen, type List, type Order, type Refund } from '../model.js';
import { definePage, type Input, type Tap } from '../page.js';
import type { Shop } from '../shop.js';
import { fenOf, yuan } from '../words.js';
import { call, choice } from '../wx.js';

const REASONS = ['不想要了', '少发/漏发', '商品破损', '与描述不符'];
const PICTURES_MAX = 6;
const MESSAGES = ['REFUND_DECIDED', 'REFUND_RETURNED'];

/** Asking for money back: how much and why; the shop decides. */
export function refundPage(shop: Shop) {
  return definePage({
    data: {
      id: '',
      refundableFen: 0,
      refundable: '',
      amount: '',
      reason: REASONS[0] ?? '',
      reasons: REASONS,
      /** Paths of chosen pictures on the phone. */
      pictures: [] as string[],
      picturesMax: PICTURES_MAX,
      templates: [] as string[],
      sending: false,
    },

    async onLoad({ id = '' }: { id?: string }) {
      this.setData({ id });
      await shop.trying(async () => {
        const [order, { items: refunds }, templates] = await Promise.all([
          shop.api.get<Order>(`/orders/${id}`),
          shop.api.get<List<Refund>>(`/orders/${id}/refunds`),
          shop.consent.wanted(MESSAGES),
        ]);
        const refundable = refundableFen(order, refunds);
        this.setData({
          refundableFen: refundable,
          refundable: yuan(refundable),
          amount: yuan(refundable),
          templates,
        });
      });
    },
    enterAmount({ detail }: Input) {
      this.setData({ amount: detail.value });
    },
    enterReason({ detail }: Input) {
      this.setData({ reason: detail.value });
    },
    chooseReason({ currentTarget }: Tap) {
      this.setData({ reason: String(currentTarget.dataset['reason']) });
    },

    async addPictures() {
      const { pictures } = this.data;
      const count = PICTURES_MAX - pictures.length;
      await shop.trying(async () => {
        const chosen = await choice<{ tempFiles: { tempFilePath: string }[] }>((callbacks) =>
          shop.wx.chooseMedia({ count, mediaType: ['image'], sizeType: ['compressed'], ...callbacks }),
        );
        if (chosen === undefined) return;
        const paths = chosen.tempFiles.map(({ tempFilePath }) => tempFilePath);
        this.setData({ pictures: [...pictures, ...paths] });
      });
    },
    removePicture({ currentTarget }: Tap) {
      const path = currentTarget.dataset['path'];
      this.setData({ pictures: this.data.pictures.filter((each) => each !== path) });
    },

    async send() {
      const { id, amount, reason, refundableFen: atMost, templates, sending } = this.data;
      const amountFen = fenOf(amount);
      if (sending) return;
      if (amountFen === undefined || amountFen < 1 || amountFen > atMost) {
        shop.wx.showToast({ title: `请填写 0.01 到 ${yuan(atMost)} 之间的金额`, icon: 'none' });
        return;
      }
      if (reason.trim() === '') {
        shop.wx.showToast({ title: '请填写退款原因', icon: 'none' });
        return;
      }
      this.setData({ sending: true });
      await shop.trying(async () => {
        await shop.consent.ask(templates);
        // What this screen showed goes along: should it no longer be true, nothing is refunded by mistake.
        const refund = await shop.api.post<Refund>(`/orders/${id}/refunds`, {
          amountFen,
          reason: reason.trim(),
          expectedRefundableFen: atMost,
        });
        const allSent = await sendPictures(shop, refund.id, this.data.pictures);
        const title = allSent ? '已提交，等待商家审核' : '已提交，但有图片没有传上';
        shop.wx.showToast({ title, icon: 'none' });
        shop.wx.navigateBack({ delta: 1 });
      });
      this.setData({ sending: false });
    },
  });
}

/** The request stands whatever becomes of its pictures. */
async function sendPictures(shop: Shop, refundId: string, paths: readonly string[]): Promise<boolean> {
  const files = shop.wx.getFileSystemManager();
  const sent = await Promise.allSettled(
    paths.map(async (filePath) => {
      const { data } = await call<{ data: string | ArrayBuffer }>((callbacks) =>
        files.readFile({ filePath, ...callbacks }),
      );
      await shop.api.upload(`/refunds/${refundId}/pictures`, data as ArrayBuffer); // without an encoding it is bytes
    }),
  );
  return sent.every(({ status }) => status === 'fulfilled');
}
