import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { PROBLEMS } from '../../src/common/http/problem-codes.ts';
import { problemWords } from '../src/i18n/words/problems.ts';

/** These have words by their status (ui/problem-notice.tsx). */
const BY_STATUS = new Set<number>([404, 503]);
/** No route of the staff's answers so: they are the buyer's, or WeChat's. */
const OF_OTHERS =
  /^(APP_|LOGIN_(CODE|BLOCKED|TOO)|BUYER_BLOCKED|WECHAT_|MESSAGE_|TRADE_TYPE_|PAYMENT_CHANGED|TOO_MANY_PIC)/;
const OF_CHECKOUT =
  /^(PRODUCT_NOT_ON_SALE|AMOUNT_TOO_LARGE|COUPON_(NOT_USABLE|OF_|NOT_STARTED|EXPIRED|MINIMUM|USED_UP|BUYER_)|ORDER_(CLOSING|EXPIRED|NOT_SHIPPED))/;
/** The console sends no such request, or acts on the answer instead of showing it. */
const NEVER_SHOWN =
  /^(INVALID_JSON|MALFORMED_|METHOD_|PAYLOAD_|UNSUPPORTED_|IDEMPOTENCY_KEY_(INVALID|REUSED)|SECOND_FACTOR_REQUIRED)/;

const has = (code: string): boolean => `problem.${code}` in problemWords;

it('whatever the service may refuse to staff has words', () => {
  const met = Object.entries(PROBLEMS).filter(
    ([code, [status]]) =>
      !BY_STATUS.has(status) && ![OF_OTHERS, OF_CHECKOUT, NEVER_SHOWN].some((other) => other.test(code)),
  );
  assert.ok(met.length > 40, `only ${met.length} codes found`);
  assert.deepEqual(
    met.map(([code]) => code).filter((code) => !has(code)),
    [],
  );
});

it('whatever the review policy objects to has words', () => {
  const [, union = ''] =
    /type ReviewRefusal =([^;]+);/.exec(readFileSync('src/refund/refund.policy.ts', 'utf8')) ?? [];
  const reasons = Array.from(union.matchAll(/'(\w+)'/g), ([, reason = '']) => reason);
  assert.ok(reasons.length > 3);
  assert.deepEqual(
    reasons.filter((reason) => !has(reason)),
    [],
  );
});

it('no words are kept for a code that is gone', () => {
  const own = ['NO_ANSWER', 'CONSOLE_ERROR', 'SECOND_FACTOR_MISSING', 'OWN_REQUEST', 'ROLE_MAY_NOT_REVIEW'];
  const codes = Object.keys(problemWords).map((key) => key.replace('problem.', ''));
  const upper = codes.filter((code) => code === code.toUpperCase());
  assert.deepEqual(
    upper.filter((code) => !(code in PROBLEMS) && !own.includes(code)),
    [],
  );
});
