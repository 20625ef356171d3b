import { refundFaultsSuite } from './refund-faults.suite.js';

refundFaultsSuite('API v3');
