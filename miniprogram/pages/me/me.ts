import { mePage } from '../../lib/pages/me.js';
import { shop } from '../../shop.js';

Page(mePage(shop));
