import { cartPage } from '../../lib/pages/cart.js';
import { shop } from '../../shop.js';

Page(cartPage(shop));
