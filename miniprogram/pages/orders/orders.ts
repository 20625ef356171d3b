import { ordersPage } from '../../lib/pages/orders.js';
import { shop } from '../../shop.js';

Page(ordersPage(shop));
