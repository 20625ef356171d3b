import { refundPage } from '../../lib/pages/refund.js';
import { shop } from '../../shop.js';

Page(refundPage(shop));
