import { refundFlowSuite } from './refund-flow.suite.js';

refundFlowSuite('API v2, MD5');
