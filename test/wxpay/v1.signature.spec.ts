import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { charsetNamed, toBytes, toText } from '../../src/wxpay/v1/v1.charset.js';
import { packageOf } from '../../src/wxpay/v1/v1.package.js';
import { escaped, readQuery, UnreadableQuery } from '../../src/wxpay/v1/v1.query-string.js';
import { isSameSignature, signMd5, signSha1 } from '../../src/wxpay/v1/v1.signature.js';

/** Vectors of the protocol notes, §4.2. */
const PARTNER_KEY = '8934e7d15453e97507ef794cf7b0519d';
const IN_GBK = {
  bank_type: 'WX',
  body: 'XXX',
  fee_type: '1',
  input_charset: 'GBK',
  notify_url: 'http://www.qq.com',
  out_trade_no: '16642817866003386000',
  partner: '1900000109',
  spbill_create_ip: '127.0.0.1',
  total_fee: '1',
};
const IN_UTF8 = {
  ...IN_GBK,
  body: '支付测试',
  input_charset: 'UTF-8',
  notify_url: 'http://weixin.qq.com',
  out_trade_no: '7240b65810859cbf2a8d9f76a638c0a3',
  spbill_create_ip: '196.168.1.1',
};
const APP_KEY =
  'L8LrMqqeGRxST5reouB0K66CaYAWpqhAVsq7ggKkxHCOastWksvuX1uvmvQclxaHoYd3ElNBrNO2DHnnzgfVG9Qs473M3DTOZug5er46FhuGofumV8H2FVR9qkjSlC5K';
const JSAPI_KEY =
  '2Wozy2aksie1puXUBpWD8oZxiD1DfQuEaiC7KcRATv1Ino3mdopKaPGQQ7TtkNySuAmCaDCrw4xhPY5qKTBl7Fzm0RgR3c0WaVYIXZARsxzHV2x7iwPPzOz94dnwPWSn';

describe('the package', () => {
  it('signs and escapes the published fields', () => {
    expect(packageOf(IN_GBK, PARTNER_KEY)).toBe(
      'bank_type=WX&body=XXX&fee_type=1&input_charset=GBK&notify_url=http%3A%2F%2Fwww.qq.com&out_trade_no=16642817866003386000&partner=1900000109&spbill_create_ip=127.0.0.1&total_fee=1&sign=BEEF37AD19575D92E191C1E4B1474CA9',
    );
  });

  it('signs Chinese in UTF-8', () => {
    const text = packageOf(IN_UTF8, PARTNER_KEY);
    expect(text).toContain('&body=%E6%94%AF%E4%BB%98%E6%B5%8B%E8%AF%95&');
    expect(text).toMatch(/&sign=7F77B507B755B3262884291517E380F8$/);
  });

  it('signs and escapes the bytes of GBK where it says GBK', () => {
    // 支付测试 in GBK, written out by hand.
    const bytes = Buffer.from('d6a7b8b6b2e2cad4', 'hex');
    const after = `&input_charset=GBK&key=${PARTNER_KEY}`;
    const md5 = createHash('md5')
      .update('bank_type=WX&body=')
      .update(bytes)
      .update(after)
      .digest('hex')
      .toUpperCase();
    expect(packageOf({ bank_type: 'WX', input_charset: 'GBK', body: '支付测试' }, PARTNER_KEY)).toBe(
      `bank_type=WX&body=%D6%A7%B8%B6%B2%E2%CA%D4&input_charset=GBK&sign=${md5}`,
    );
  });

  it('writes a space as %20 and leaves empty fields out', () => {
    expect(packageOf({ body: 'a b+c', attach: '' }, PARTNER_KEY)).toMatch(/^body=a%20b%2Bc&sign=/);
  });

  it('an empty field and the signature itself are not signed', () => {
    const body = Buffer.from('XXX');
    const more = { body, attach: Buffer.of(), sign: Buffer.from('ABC') };
    const signed = signMd5(new Map(Object.entries(more)), PARTNER_KEY);
    expect(signed).toBe(signMd5(new Map([['body', body]]), PARTNER_KEY));
  });

  it('knows two charsets', () => {
    expect(charsetNamed(undefined)).toBe('GBK');
    expect(charsetNamed('utf-8')).toBe('UTF-8');
    expect(charsetNamed('BIG5')).toBeUndefined();
    expect(() => packageOf({ ...IN_GBK, input_charset: 'BIG5' }, PARTNER_KEY)).toThrow(/BIG5/);
  });
});

describe('the SHA1 signatures', () => {
  it('app_signature of genprepay', () => {
    const fields = {
      appid: 'wxd930ea5d5a258f4f',
      noncestr: 'e7d161ac8d8a76529d39d9f5b4249ccb',
      package: packageOf(IN_UTF8, PARTNER_KEY),
      timestamp: '1399514976',
      traceid: 'test_1399514976',
    };
    expect(signSha1(fields, APP_KEY)).toBe('8893870b9004ead28691b60db97a8d2c80dbfdc6');
  });

  it('names are signed in lower case: the paySign of JSAPI, and the native QR code', () => {
    const common = { appId: 'wxf8b4f85f3a794e77', timeStamp: '189026618', nonceStr: 'adssdasssd13d' };
    const inLowerHex = packageOf(IN_GBK, PARTNER_KEY).replace(/%../g, (escape) => escape.toLowerCase());
    expect(signSha1({ ...common, package: inLowerHex }, JSAPI_KEY)).toBe(
      '7717231c335a05165b1874658306fa431fe9a0de',
    );
    expect(signSha1({ ...common, productId: '123456' }, JSAPI_KEY)).toBe(
      '18c6122878f0e946ae294e016eddda9468de80df',
    );
  });

  it('are compared whole; none is not the same', () => {
    expect(isSameSignature('abc', 'abc')).toBe(true);
    for (const other of ['', 'abd', 'ab', 'abcd']) expect(isSameSignature('abc', other)).toBe(false);
  });
});

describe('a query string', () => {
  const field = fc.stringMatching(/^[a-z][a-z_]{0,10}$/);

  it('whatever bytes are escaped come back, in any charset', () => {
    fc.assert(
      fc.property(fc.dictionary(field, fc.uint8Array({ maxLength: 40 })), (values) => {
        const query = Object.entries(values).map(([name, value]) => `${name}=${escaped(Buffer.from(value))}`);
        const read = readQuery(query.join('&'));
        expect(Object.fromEntries(read)).toEqual(
          Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Buffer.from(value)])),
        );
      }),
    );
  });

  it.each(['UTF-8', 'GBK'] as const)(
    'a package in %s can be read and verified by its own words',
    (charset) => {
      // Characters that both have, and those that only need escaping.
      const text = fc.string({
        unit: fc.constantFrom(...'支付测试￥abc &=%+#?/\\"\'<>~!*()'),
        maxLength: 30,
      });
      fc.assert(
        fc.property(text, text, (body, attach) => {
          const fields = { body, attach, input_charset: charset };
          const read = readQuery(packageOf(fields, PARTNER_KEY));
          expect(read.get('sign')?.toString()).toBe(signMd5(read, PARTNER_KEY));
          expect(toText(read.get('body') ?? Buffer.of(), charset)).toBe(body);
          expect(read.get('attach') ?? Buffer.of()).toEqual(toBytes(attach, charset));
        }),
      );
    },
  );

  it('takes a plus for a space and bytes that nobody escaped', () => {
    const read = readQuery(`a=x+y&b=${Buffer.from('支付').toString('latin1')}&c&d=&`);
    expect([...read].map(([name, value]) => [name, value.toString()])).toEqual([
      ['a', 'x y'],
      ['b', '支付'],
      ['c', ''],
      ['d', ''],
    ]);
  });

  it.each([
    ['a field twice', 'a=1&a=2'],
    ['an escape that is none', 'a=%ZZ'],
    ['half an escape', 'a=%4'],
    ['a forbidden name', '__proto__=1'],
    ['a name that is escaped', '%61=1'],
    ['no name', '=1'],
    ['a flood of fields', Array.from({ length: 65 }, (_, n) => `f${n}=1`).join('&')],
  ])('%s is refused', (_, query) => {
    expect(() => readQuery(query)).toThrow(UnreadableQuery);
  });

  it('any text is read or refused, and costs no more than its length', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (query) => {
        try {
          readQuery(query);
        } catch (error) {
          expect(error).toBeInstanceOf(UnreadableQuery);
        }
      }),
    );
  });
});
