import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { Problem } from '../../miniprogram/lib/api.js';
import { MESSAGE_WORDS, problemWords } from '../../miniprogram/lib/words.js';
import { PROBLEMS, type ProblemCode } from '../../src/common/http/problem-codes.js';
import { MESSAGES } from '../../src/config/message-template.js';

const said = (code: string): string => problemWords(new Problem(400, code, 'The words of the server'));

it('whatever the server answers, a buyer reads Chinese and the code', () => {
  for (const code of [...Object.keys(PROBLEMS), 'ADDED_LATER'])
    expect(said(code)).toMatch(new RegExp(`^[\\p{Script=Han}，]+（${code}）$`, 'u'));
});

it.each<ProblemCode>([
  'COUPON_NOT_STARTED',
  'COUPON_OF_ANOTHER_BUYER',
  'AMOUNT_TOO_LARGE',
  'PAYMENT_CHANGED',
  'TOO_MANY_REQUESTS',
  'WXPAY_REJECTED',
  'REFUND_LIMIT_REACHED',
  'REFUND_ITEMS_IMPOSSIBLE',
  'REFUND_ALREADY_DECIDED',
  'TOO_MANY_PICTURES',
  'ORDER_NOT_SHIPPED',
  'LOGIN_CODE_INVALID',
  'LOGIN_BLOCKED',
  'LOGIN_TOO_OFTEN',
])('%s says more than that it did not work', (code) => {
  expect(said(code)).not.toContain('操作未成功');
});

it('every message has a name, also on the page that plays the mini-program', () => {
  expect(Object.keys(MESSAGE_WORDS).sort()).toEqual(Object.keys(MESSAGES).sort());
  const page = readFileSync('simulator/shop/words.js', 'utf8');
  for (const message of Object.keys(MESSAGES)) expect(page).toContain(`${message}: [`);
});
