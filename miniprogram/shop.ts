import { BASE_URL } from './config.js';
import { createShop } from './lib/shop.js';

/** The one shop of this mini-program, for all its pages. */
export const shop = createShop(wx, BASE_URL);
