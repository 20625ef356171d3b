import { reconciliationSuite } from './reconciliation.suite.js';

reconciliationSuite('API v2, MD5');
