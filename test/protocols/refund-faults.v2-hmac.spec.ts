import { refundFaultsSuite } from './refund-faults.suite.js';

refundFaultsSuite('API v2, HMAC-SHA256');
