import { describe, expect, it } from '@jest/globals';
import { assert, property, string, stringMatching, dictionary, constantFrom } from 'fast-check';
import { Hash } from 'wechatpay-axios-plugin';
import { signV2, verifyV2, type V2SignType } from '../../src/wxpay/v2/v2.signature.js';

/** The key that WeChat publishes with its example (protocol §1.2). */
const KEY = '192006250b4c09247ec02edce69f6a2d';
const PUBLISHED = {
  appid: 'wxd930ea5d5a258f4f',
  body: 'test',
  device_info: '1000',
  mch_id: '10000100',
  nonce_str: 'ibuaiVcKdpRxkhJA',
};
const TYPES = ['MD5', 'HMAC-SHA256'] as const;

const map = (fields: Record<string, string>): Map<string, string> => new Map(Object.entries(fields));
const sign = (fields: Record<string, string>, type: V2SignType = 'MD5'): string =>
  signV2(type, map(fields), KEY);

describe('the V2 signature', () => {
  it.each<[string, Record<string, string>, V2SignType, string]>([
    ['by MD5', PUBLISHED, 'MD5', '9A0A8659F005D6984697E2CA0A9CF3B7'],
    [
      'by HMAC-SHA256',
      PUBLISHED,
      'HMAC-SHA256',
      '6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6',
    ],
    ['over sign_type as well', { ...PUBLISHED, sign_type: 'MD5' }, 'MD5', '6B4978B16793D0C2604CD59C47425A27'],
  ])('WeChat’s published example %s', (_, fields, type, expected) => {
    expect(sign(fields, type)).toBe(expected);
  });

  it('leaves out empty values and `sign` itself, and does not depend on the order of fields', () => {
    const shuffled = Object.fromEntries(Object.entries({ ...PUBLISHED, attach: '', sign: 'X' }).toReversed());
    expect(sign(shuffled)).toBe('9A0A8659F005D6984697E2CA0A9CF3B7');
  });

  it('keeps the value 0 and does not trim', () => {
    expect(sign({ ...PUBLISHED, coupon_count: '0' })).not.toBe(sign(PUBLISHED));
    expect(sign({ ...PUBLISHED, attach: ' a' })).not.toBe(sign({ ...PUBLISHED, attach: 'a' }));
  });

  it('sorts by bytes: capital letters before small ones', () => {
    const fields = {
      timeStamp: '1',
      nonceStr: 'n',
      package: 'prepay_id=wx1',
      signType: 'MD5',
      appId: 'wx',
      b: '1',
      B: '2',
      a_1: 'x',
      a1: 'y',
    };
    expect(sign(fields)).toBe(Hash.sign('MD5', fields, KEY));
  });

  it.each([
    '你好，世界',
    '"quotes" \'both\'',
    '&<>',
    'a=b&c=d',
    '😀👩‍👩‍👧‍👦',
    'é e\u0301',
    ' \t\r\n',
    '%E4%BD%A0',
    '\u0000',
  ])('signs %j as raw UTF-8, like an independent library', (body) => {
    for (const type of TYPES)
      expect(sign({ ...PUBLISHED, body }, type)).toBe(Hash.sign(type, { ...PUBLISHED, body }, KEY));
  });

  it('agrees with an independent library on any message', () => {
    const name = stringMatching(/^[A-Za-z][A-Za-z0-9_$]{0,15}$/);
    const messages = dictionary(name, string({ unit: 'binary', maxLength: 40 }), {
      maxKeys: 12,
      noNullPrototype: true,
    }).filter((fields) => Object.values(fields).some((value) => value !== ''));
    assert(
      property(messages, constantFrom(...TYPES), (fields, type) => {
        const signature = sign(fields, type);
        expect(signature).toBe(Hash.sign(type, fields, KEY));
        expect(verifyV2(type, map({ ...fields, sign: signature }), [KEY])).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('verifying', () => {
  const right = sign(PUBLISHED);
  const verify = (changes: Record<string, string>, type: V2SignType = 'MD5', key = KEY): boolean =>
    verifyV2(type, map({ ...PUBLISHED, sign: right, ...changes }), [key]);

  it('believes the right signature', () => expect(verify({})).toBe(true));

  it.each<[string, Record<string, string>]>([
    ['an empty one', { sign: '' }],
    ['a short one', { sign: right.slice(0, -1) }],
    ['a long one', { sign: `${right}0` }],
    ['one in lower case', { sign: right.toLowerCase() }],
    ['one with another first letter', { sign: `0${right.slice(1)}` }],
    ['one with another last letter', { sign: `${right.slice(0, -1)}0` }],
    ['one with white space', { sign: `${right} ` }],
    ['one of as many letters but more bytes', { sign: `é${right.slice(1)}` }],
    ['another field', { body: 'test2' }],
    ['one field more', { attach: 'x' }],
    ['a field that moved into another', { body: 'test&device_info=1000', device_info: '' }],
  ])('does not believe %s', (_, changes) => {
    const moved = 'device_info' in changes;
    expect(verify(changes)).toBe(moved); // the scheme itself cannot tell these two apart: fields are checked afterwards
  });

  it('does not believe a message without a signature', () => {
    expect(verifyV2('MD5', map(PUBLISHED), [KEY])).toBe(false);
    expect(verifyV2('MD5', new Map(), [KEY])).toBe(false);
  });

  it('does not believe another key, not even an empty one', () => {
    expect(verify({}, 'MD5', 'x'.repeat(32))).toBe(false);
    expect(verify({ sign: Hash.sign('MD5', PUBLISHED, '') })).toBe(false);
  });

  it('Q-13: while a key is being changed, believes either of two', () => {
    const message = map({ ...PUBLISHED, sign: right });
    for (const keys of [
      [KEY, 'n'.repeat(32)],
      ['n'.repeat(32), KEY],
    ])
      expect(verifyV2('MD5', message, keys)).toBe(true);
    expect(verifyV2('MD5', message, [])).toBe(false);
  });

  it('asks the account for the algorithm, never the message: an HMAC account refuses what MD5 has signed', () => {
    const claims = { ...PUBLISHED, sign_type: 'MD5' };
    const message = map({ ...claims, sign: Hash.sign('MD5', claims, KEY) });
    expect(verifyV2('MD5', message, [KEY])).toBe(true);
    expect(verifyV2('HMAC-SHA256', message, [KEY])).toBe(false);
  });

  it('does not believe a single altered byte anywhere', () => {
    for (let index = 0; index < right.length; index++) {
      const other = right[index] === '0' ? '1' : '0';
      expect(verify({ sign: right.slice(0, index) + other + right.slice(index + 1) })).toBe(false);
    }
  });
});
