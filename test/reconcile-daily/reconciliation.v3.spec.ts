import { reconciliationSuite } from './reconciliation.suite.js';

reconciliationSuite('API v3');
