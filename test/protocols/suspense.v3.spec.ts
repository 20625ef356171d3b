import { suspenseSuite } from './suspense.suite.js';

suspenseSuite('API v3');
