import type { Wx } from './wx.js';

const STORED = 'cart';

/** What the buyer wants: product id to quantity, kept on the phone. Prices are not in it: they come from the server. */
export class Cart {
  constructor(private readonly wx: Wx) {}

  quantityOf(productId: string): number {
    return this.read()[productId] ?? 0;
  }

  /** @param stock no more than this */
  add(productId: string, difference: number, stock: number): void {
    const quantities = this.read();
    const quantity = Math.min(Math.max((quantities[productId] ?? 0) + difference, 0), stock);
    if (quantity === 0) delete quantities[productId];
    else quantities[productId] = quantity;
    this.wx.setStorageSync(STORED, quantities);
  }

  /** The items of an order request. */
  items(): { productId: string; quantity: number }[] {
    return Object.entries(this.read()).map(([productId, quantity]) => ({ productId, quantity }));
  }

  clear(): void {
    this.wx.removeStorageSync(STORED);
  }

  private read(): Record<string, number> {
    const stored = this.wx.getStorageSync(STORED) as Record<string, number> | '';
    return stored === '' ? {} : { ...stored };
  }
}
