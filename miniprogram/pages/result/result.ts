import { resultPage } from '../../lib/pages/result.js';
import { shop } from '../../shop.js';

Page(resultPage(shop));
