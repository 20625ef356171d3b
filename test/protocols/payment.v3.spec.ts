import { paymentSuite } from './payment.suite.js';

paymentSuite('API v3');
