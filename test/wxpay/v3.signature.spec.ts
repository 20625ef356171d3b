import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { assert, constantFrom, property, string } from 'fast-check';
import { Formatter, Rsa } from 'wechatpay-axios-plugin';
import { authorization, signV3, verifyV3 } from '../../src/wxpay/v3/v3.signature.js';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const merchant = { mchId: '1900009191', serialNo: '1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C', privateKey };
const [SECONDS, NONCE] = ['1652750623', 'eBYqCOxa0QudMnPvVilkTzOg3gHh5Z3u'];

/** The fields of an Authorization header, whose order is free (protocol §2.1). */
function fieldsOf(header: string): Record<string, string> {
  const [schema = '', fields = ''] = header.split(/ (.*)/);
  const pairs = [...fields.matchAll(/(\w+)="([^"]*)"(,|$)/g)].map(([, name = '', value = '']) => [
    name,
    value,
  ]);
  return { schema, ...(Object.fromEntries(pairs) as Record<string, string>) };
}

it('a request is authorized as an independent library does it, whatever is sent', () => {
  assert(
    property(constantFrom('GET', 'POST'), string({ unit: 'binary', maxLength: 60 }), (method, body) => {
      const url = '/v3/pay/transactions/id/1217752501201407033233368018?mchid=1230000109';
      const signature = Rsa.sign(Formatter.request(method, url, SECONDS, NONCE, body), privateKey);
      expect(fieldsOf(authorization(merchant, { method, url, body }, SECONDS, NONCE))).toEqual(
        fieldsOf(Formatter.authorization(merchant.mchId, NONCE, signature, SECONDS, merchant.serialNo)),
      );
    }),
    { numRuns: 30 },
  );
});

it('what a client is given to pay with: each line ended, the last one too', () => {
  const lines = ['wx8888888888888888', SECONDS, NONCE, 'prepay_id=wx201410272009395522657a690389285100'];
  expect(signV3(privateKey, lines)).toBe(Rsa.sign(Formatter.joinedByLineFeed(...lines), privateKey));
});

it('an answer is verified as an independent library signs it', () => {
  const body = '{"code_url":"weixin://wxpay/bizpayurl?pr=支付"}';
  const signature = Rsa.sign(Formatter.response(SECONDS, NONCE, body), privateKey);
  const verify = (text: string): boolean =>
    verifyV3(publicKey, { timestamp: SECONDS, nonce: NONCE, signature }, Buffer.from(text));
  expect([verify(body), verify(`${body}\n`), verify(`\n${body}`)]).toEqual([true, false, false]);
});
