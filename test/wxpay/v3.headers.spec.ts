import { describe, expect, it } from '@jest/globals';
import { answerSignature, isFresh, isProbe } from '../../src/wxpay/v3/v3.headers.js';

const COMPLETE = {
  'wechatpay-timestamp': '1624523846',
  'wechatpay-nonce': 'n',
  'wechatpay-signature': 's',
  'wechatpay-serial': 'PUB_KEY_ID_1',
};

describe('the headers of a signature', () => {
  it('are four', () => {
    expect(answerSignature(COMPLETE)).toEqual({
      timestamp: '1624523846',
      nonce: 'n',
      signature: 's',
      serial: 'PUB_KEY_ID_1',
    });
  });

  it.each(Object.keys(COMPLETE))('are worth nothing without %s, or with two of it', (name) => {
    expect(answerSignature({ ...COMPLETE, [name]: undefined })).toBeUndefined();
    expect(answerSignature({ ...COMPLETE, [name]: ['a', 'b'] })).toBeUndefined();
  });

  it.each<[number, boolean]>([
    [0, true],
    [300, true],
    [-300, true],
    [301, false],
    [-301, false],
  ])('M-06: %d seconds away is in time: %s', (seconds, fresh) => {
    expect(isFresh('1624523846', new Date((1_624_523_846 + seconds) * 1000))).toBe(fresh);
  });

  it.each(['', 'now', '-1', '1e9', '1624523846.5', '99999999999999'])('%j is no time', (timestamp) => {
    expect(isFresh(timestamp, new Date(1_624_523_846_000))).toBe(false);
  });

  it('M-37: a probe is known by how its signature begins', () => {
    expect(isProbe('WECHATPAY/SIGNTEST/abc')).toBe(true);
    expect(isProbe('abc/WECHATPAY/SIGNTEST/')).toBe(false);
  });
});
