import { Api } from './api.js';
import { Cart } from './cart.js';
import { Consent } from './consent.js';
import { Payment } from './payment.js';
import { Session } from './session.js';
import { problemWords } from './words.js';
import type { Wx } from './wx.js';

export interface Shop {
  wx: Wx;
  session: Session;
  api: Api;
  cart: Cart;
  payment: Payment;
  consent: Consent;
  /** Runs what a tap asked for and says on the phone what went wrong. */
  trying(work: () => Promise<void>): Promise<void>;
}

/**
 * Everything the pages work with, around one `wx`.
 * @param times for tests: how long to wait before asking again
 */
export function createShop(wx: Wx, baseUrl: string, times = { pauseMs: 800, lookEveryMs: 1000 }): Shop {
  const session = new Session(wx, baseUrl);
  const api = new Api(wx, { baseUrl, pauseMs: times.pauseMs }, session);
  return {
    wx,
    session,
    api,
    cart: new Cart(wx),
    payment: new Payment(wx, api, times.lookEveryMs),
    consent: new Consent(wx, api),
    trying: async (work) => {
      try {
        await work();
      } catch (error) {
        wx.showToast({ title: problemWords(error), icon: 'none', duration: 3000 });
      }
    },
  };
}
