import { homePage } from '../../lib/pages/home.js';
import { shop } from '../../shop.js';

Page(homePage(shop));
