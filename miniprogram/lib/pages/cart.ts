import type { Coupon, List, Order, Product } from '../model.js';
import { definePage, type Input, type Tap } from '../page.js';
import type { Shop } from '../shop.js';
import { yuan } from '../words.js';
import { choice, type ChosenAddress, type PayParams } from '../wx.js';

interface Line {
  id: string;
  name: string;
  price: string;
  stock: number;
  quantity: number;
}
export interface Address {
  name: string;
  phone: string;
  province: string;
  city: string;
  district: string;
  detail: string;
}

const ADDRESS = 'address';
const MESSAGES = ['ORDER_PAID', 'ORDER_SHIPPED', 'REFUND_DECIDED'];

/** The cart, and the checkout. Sums are for the eye: what it costs the server says. */
export function cartPage(shop: Shop) {
  return definePage({
    data: {
      lines: [] as Line[],
      total: '0.00',
      coupons: [] as Coupon[],
      couponCode: '',
      address: null as Address | null,
      ordering: false,
      templates: [] as string[],
    },

    onShow() {
      return shop.trying(() => this.load());
    },
    async load() {
      const [{ items: products }, { items: coupons }, templates] = await Promise.all([
        shop.api.get<List<Product>>('/products?limit=100'),
        shop.api.get<List<Coupon>>('/coupons'),
        shop.consent.wanted(MESSAGES), // now, because WeChat lets us ask only directly after the tap
      ]);
      const chosen = products.filter(({ id }) => shop.cart.quantityOf(id) > 0);
      const total = chosen.reduce((sum, { id, priceFen }) => sum + priceFen * shop.cart.quantityOf(id), 0);
      const address = shop.wx.getStorageSync(ADDRESS) as Address | '';
      this.setData({
        lines: chosen.map(({ id, name, priceFen, stock }) => ({
          id,
          name,
          price: yuan(priceFen),
          stock,
          quantity: shop.cart.quantityOf(id),
        })),
        total: yuan(total),
        coupons,
        templates,
        address: address === '' ? null : address,
      });
    },

    add({ currentTarget }: Tap) {
      return this.change(String(currentTarget.dataset['id']), 1);
    },
    remove({ currentTarget }: Tap) {
      return this.change(String(currentTarget.dataset['id']), -1);
    },
    change(id: string, difference: number) {
      shop.cart.add(id, difference, this.data.lines.find((line) => line.id === id)?.stock ?? 0);
      return shop.trying(() => this.load());
    },
    enterCoupon({ detail }: Input) {
      this.setData({ couponCode: detail.value.trim().toUpperCase() });
    },
    chooseCoupon({ currentTarget }: Tap) {
      const code = String(currentTarget.dataset['code']);
      this.setData({ couponCode: this.data.couponCode === code ? '' : code });
    },
    chooseAddress() {
      return shop.trying(async () => {
        const chosen = await choice<ChosenAddress>((callbacks) => shop.wx.chooseAddress(callbacks));
        if (chosen === undefined) return;
        const address = {
          name: chosen.userName,
          phone: chosen.telNumber,
          province: chosen.provinceName,
          city: chosen.cityName,
          district: chosen.countyName,
          detail: chosen.detailInfo,
        };
        shop.wx.setStorageSync(ADDRESS, address);
        this.setData({ address });
      });
    },

    /** One tap: consent, order and prepay in one call, the cashier, and the page that tells the truth. */
    async order() {
      if (this.data.ordering || this.data.lines.length === 0) return;
      this.setData({ ordering: true });
      await shop.trying(async () => {
        const { templates, couponCode, address } = this.data;
        await shop.consent.ask(templates);
        const { order, payParams } = await shop.api.post<{ order: Order; payParams: PayParams }>(
          '/checkout',
          {
            items: shop.cart.items(),
            ...(couponCode !== '' && { couponCode }),
            ...(address !== null && { address }),
          },
        );
        shop.cart.clear();
        this.setData({ couponCode: '' });
        const { outcome } = await shop.payment.pay(order, payParams);
        shop.wx.navigateTo({ url: `/pages/result/result?id=${order.id}&outcome=${outcome}` });
      });
      this.setData({ ordering: false });
    },
  });
}
