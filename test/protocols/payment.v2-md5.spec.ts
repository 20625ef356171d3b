import { paymentSuite } from './payment.suite.js';

paymentSuite('API v2, MD5');
