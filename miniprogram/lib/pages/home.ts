import type { List, Product } from '../model.js';
import { definePage, type Tap } from '../page.js';
import type { Shop } from '../shop.js';
import { yuan } from '../words.js';

export interface ShownProduct extends Product {
  price: string;
  quantity: number;
}

const TITLE = '云上小铺 · 好茶好咖啡';

/** The catalogue. */
export function homePage(shop: Shop) {
  return definePage({
    data: { products: [] as ShownProduct[], loading: true },

    onShow() {
      return shop.trying(() => this.load());
    },
    async onPullDownRefresh() {
      await shop.trying(() => this.load());
      shop.wx.stopPullDownRefresh();
    },
    async load() {
      const { items } = await shop.api.get<List<Product>>('/products?limit=100');
      this.setData({
        loading: false,
        products: items.map((product) => ({
          ...product,
          price: yuan(product.priceFen),
          quantity: shop.cart.quantityOf(product.id),
        })),
      });
    },

    add({ currentTarget }: Tap) {
      this.change(String(currentTarget.dataset['id']), 1);
    },
    remove({ currentTarget }: Tap) {
      this.change(String(currentTarget.dataset['id']), -1);
    },
    change(id: string, difference: number) {
      const { products } = this.data;
      const stock = products.find((product) => product.id === id)?.stock ?? 0;
      shop.cart.add(id, difference, stock);
      const quantity = shop.cart.quantityOf(id);
      this.setData({
        products: products.map((product) => (product.id === id ? { ...product, quantity } : product)),
      });
    },

    /** 转发给朋友 */
    onShareAppMessage() {
      return { title: TITLE, path: '/pages/home/home' };
    },
    /** 分享到朋友圈 */
    onShareTimeline() {
      return { title: TITLE, query: '' };
    },
  });
}
