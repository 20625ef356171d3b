import { crashPointsSuite } from './crash-points.suite.js';
import { FLOWS } from './flows.js';

// What differs from v3 is the door to WeChat; the others are tried there, and here by `npm run crash-points`.
crashPointsSuite('API v2, MD5', FLOWS, ({ name }) => /(GET|POST) /.test(name));
