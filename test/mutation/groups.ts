/** Files that are changed together, and the tests that have to notice. */
export interface Group {
  name: string;
  /** Below dist/src/. */
  files: readonly string[];
  /** Below dist/test/. None of them needs a database, so that each change of a line costs a moment. */
  tests: readonly string[];
}

/**
 * The money's pure code. What decides inside a transaction (`settle`, `conclude`, the journal's statement) needs rows to be
 * judged by and is broken on purpose by `npm run simulate -- --breakages` instead (docs/proof.md).
 */
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
    tests: ['wxpay/v3.cipher', 'wxpay/v3.headers'],
  },
];
