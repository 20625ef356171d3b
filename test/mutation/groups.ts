/** Files that are changed together, and the tests that have to notice. */
export interface Group {
  name: string;
  /** Below dist/src/. */
  files: readonly string[];
  /** Below dist/test/. */
  tests: readonly string[];
  /** What decides inside a transaction needs rows to be judged by: a change then costs seconds, not a moment. */
  database?: boolean;
}

/** The money's code: first what is pure, then what writes. */
export const GROUPS: readonly Group[] = [
  {
    name: 'state tables',
    files: ['common/transitions.js', '*/*.status.js', '*/*/*.status.js'],
    tests: ['transitions'],
  },
  { name: 'judgement of payments', files: ['payment/settlement.js'], tests: ['settlement', 'suspense-rule'] },
  { name: 'review policy', files: ['refund/refund.policy.js'], tests: ['refund/refund.policy'] },
  {
    name: 'refund amounts and movements',
    files: ['refund/refund-movement.js', 'refund/refund-amount.js'],
    tests: ['refund/refund-movement', 'refund/refund-amount'],
  },
  { name: 'discounts', files: ['order/coupon/discount.js'], tests: ['coupon/discount'] },
  { name: 'signatures of v1', files: ['wxpay/v1/v1.signature.js'], tests: ['wxpay/v1.signature'] },
  {
    name: 'signatures and cipher of v2',
    files: ['wxpay/v2/v2.signature.js', 'wxpay/v2/v2.cipher.js'],
    tests: ['wxpay/v2.signature', 'wxpay/v2.cipher'],
  },
  {
    name: 'signatures, headers and cipher of v3',
    files: ['wxpay/v3/v3.signature.js', 'wxpay/v3/v3.headers.js', 'wxpay/v3/v3.cipher.js'],
    tests: ['wxpay/v3.cipher', 'wxpay/v3.headers', 'wxpay/v3.signature'],
  },
  {
    name: 'settle',
    files: ['payment/settle.service.js'],
    tests: ['settle', 'settle-suspense'],
    database: true,
  },
  {
    name: 'conclude',
    files: ['refund/refund-conclusion.service.js'],
    tests: ['refund/refund-conclusion', 'refund/suspense-conclusion'],
    database: true,
  },
  {
    name: 'idempotency',
    files: ['common/idempotency/idempotency-keys.js', 'common/idempotency/idempotency.interceptor.js'],
    tests: ['idempotency', 'operations/pruning'],
    database: true,
  },
  { name: 'ledger', files: ['ledger/ledger.service.js'], tests: ['ledger'], database: true },
];
