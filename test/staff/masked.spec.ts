import { describe, expect, it } from '@jest/globals';
import { maskFields, maskMessage, maskOpenid } from '../../src/staff/masked.js';

const OPENID = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o';

describe('masking', () => {
  it.each([
    ['in CDATA', `<openid><![CDATA[${OPENID}]]></openid>`, '<openid><![CDATA[***eS6o]]></openid>'],
    ['as plain text', `<sub_openid>${OPENID}</sub_openid>`, '<sub_openid>***eS6o</sub_openid>'],
    ['not of the usual form', '<openid>oHandmade</openid>', '<openid>***made</openid>'],
    ['cut off', '<xml><openid><![CDATA[oUpF8uMuAJO', '<xml><openid><![CDATA[***uAJO'],
    ['too short to show an end', '<openid>short</openid>', '<openid>***</openid>'],
    ['in JSON', `{"payer":{"sp_openid": "${OPENID}"}}`, '{"payer":{"sp_openid": "***eS6o"}}'],
    ['in other words', `<attach>for ${OPENID}!</attach>`, '<attach>for ***eS6o!</attach>'],
    [
      'none',
      '<is_subscribe>N</is_subscribe><openid></openid>',
      '<is_subscribe>N</is_subscribe><openid></openid>',
    ],
    [
      'beside what only looks alike',
      `<nonce_str>x${OPENID}</nonce_str>`,
      `<nonce_str>x${OPENID}</nonce_str>`,
    ],
  ])('an openid %s', (_, message, masked) => {
    expect(maskMessage(message)).toBe(masked);
  });

  it.each([
    [
      '<xml><sign><![CDATA[AB12]]></sign><sign_type>MD5</sign_type></xml>',
      '<xml><sign_type>MD5</sign_type></xml>',
    ],
    ['<xml><a>1</a><sign><![CDATA[AB', '<xml><a>1</a>'],
  ])('leaves the signature out of %s', (message, masked) => {
    expect(maskMessage(message)).toBe(masked);
  });

  it('does the same with fields', () => {
    expect(
      maskFields({
        openid: OPENID,
        unionid: 'oUnion-of-somebody',
        total_fee: '1',
        attach: OPENID,
        sign: 'AB',
      }),
    ).toEqual({
      openid: '***eS6o',
      unionid: '***body',
      total_fee: '1',
      attach: '***eS6o',
    });
    expect(maskOpenid('')).toBe('***');
  });

  it('costs linear time, whatever the message', () => {
    const hostile = [
      '<openid>'.repeat(100_000),
      '<sign'.repeat(100_000),
      `"openid":${' '.repeat(1_000_000)}`,
      'o'.repeat(1_000_000),
    ];
    const started = performance.now();
    for (const message of hostile) maskMessage(message);
    expect(performance.now() - started).toBeLessThan(20_000); // quadratic would be minutes; a busy machine is not
  });
});
