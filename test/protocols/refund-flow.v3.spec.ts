import { refundFlowSuite } from './refund-flow.suite.js';

refundFlowSuite('API v3');
