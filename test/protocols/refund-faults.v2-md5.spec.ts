import { refundFaultsSuite } from './refund-faults.suite.js';

refundFaultsSuite('API v2, MD5');
