import { orderPage } from '../../lib/pages/order.js';
import { shop } from '../../shop.js';

Page(orderPage(shop));
