import { suspenseSuite } from './suspense.suite.js';

suspenseSuite('API v2, MD5');
