import { describe, expect, it } from '@jest/globals';
import { decryptReqInfo, openEcb, openReqInfo } from '../../src/wxpay/v2/v2.cipher.js';

/** Published vectors of refund notifications (overtrue/wechat, wechatpy): AES-256-ECB under the md5 of the API key. */
const REAL_SHAPE =
  '51A27s9LxbaEv52nBOrqa0FCs3HVIM31Wc3BpNqSCP5MQlS8HL1Vl7mZ21043B7PZy7adtOZGtZv44lGl0U8JXlVFL4Ltxsw6+pACjZBB0Qi1LUDjFlP2IyTxYX4eC57kxnCphDdIyRkU67kOWW/HN/efggTUlaPJkoL5kVe9Y1MZF55IHR4lwGI7WtVLtxATX1tkAVZF+/ri0WlPXo9+GkqeB2/id6Ozw09Tqp8C/TKbmKBpRhTCRU2TzfQoLa6fjbgETFHJ795aEMyUZPQYbbsz6U9Rj9lUzEh8+Oc8KYTXa9zVk+nnFr82+yjffb3d36ylTe0y/VmYf90rf9cbiJQdM00zZ8Qa99SlMTs2wjOO4Mi4Btlg1PebsLF8TkqbSZkRJDGs61UunUB8Km1b/VeBxXuv4D3H7DiVZ9Fj7lq2j07zFDpxxlhhen7kZvMWWO3lrfFpA9c4eFOqfF9SxcU9nBmHfDD1g/dsrMl6+a71xQHJ/gn80fZOefUBv92ggqutsuJ4gd4OqkmO0XUs8e4XQyLpra+LvpmahsU5lBIZuQcMq3FHrqe8hXTfp3+3qym2wGfvPI75jx41VZwmBQy9izB1Id+A5lUeXC5QJy+ryDu/dWkhB+aMjkElaI/Epmcc/IEPaI73W6Hc58hNednOM536rPnn+GDc98PdGszpLTjmaZSu8dtqwPaym66yRqFQowzFoBbooik57iHUFBCeWya7XcXYL9WKhRF3uIZM+Kfv9/Zs2pF+w9/EJpltuzPpT1GP2VTMSHz45zwphFlS2lX8wHyZ+k9n2dptzQqpOCPedt5iQAmAe1oNQMxNdPDH9g68x9UzWD1kfK/dPO+3NPAh0XG+io4x15fIknNf7JLjpAuWicMMzCdwC4hhqeYOzQ+pC9f2xJXi5YViNKIZY69oO8eoHYRitLZrHLgx3oB2zimmqX6BI+DMklKAzAqqgGmbFxcVTvxZB6cMCx+H7TTWXnjAG+6A3SrCcxg0l5+UB93pkAYR7SVJ+VaZoiBqlqnZvb7IM17n9XaaFntlzvbbFCIa7OnOQb5Lvw=';
const REAL_KEY = 'OF4Ne3znh8KqL0V4NqmALQa0uXMYKcEk';

it('AES-256-ECB opens the published vector with a raw key (wechatpay-php AesEcbTest)', () => {
  const key = Buffer.from('0123456789abcdef0123456789abcdef');
  expect(openEcb(key, 'pZwJZBLuy3mDACEQT4YTBw==').toString()).toBe('hello');
});

describe('req_info of a refund notification', () => {
  it('opens the short published vector', () => {
    const opened = decryptReqInfo('FTuPWOW4npLOTY8GQp+JtWXKe3ZFa2wsJC6v9gFoATU=', 'foo-merchant-key');
    expect(opened.toString()).toBe('<foo><bar>123</bar></foo>');
  });

  it('opens the published vector in its real shape', () => {
    expect(Object.fromEntries(openReqInfo(REAL_SHAPE, [REAL_KEY]))).toEqual({
      out_refund_no: '1234',
      out_trade_no: '2020010418301551404339261814',
      refund_account: 'REFUND_SOURCE_RECHARGE_FUNDS',
      refund_fee: '1',
      refund_id: '50300103182020010413419046597',
      refund_recv_accout: '招商银行信用卡8915',
      refund_request_source: 'API',
      refund_status: 'SUCCESS',
      settlement_refund_fee: '1',
      settlement_total_fee: '1',
      success_time: '2020-01-04 18:34:24',
      total_fee: '1',
      transaction_id: '4200000483202001042069747825',
    });
  });

  it('Q-13: opens with either of two keys while one is being changed', () => {
    const next = 'n'.repeat(32);
    for (const keys of [
      [REAL_KEY, next],
      [next, REAL_KEY],
    ])
      expect(openReqInfo(REAL_SHAPE, keys).get('out_refund_no')).toBe('1234');
  });

  it('Q-13: and where the padding fits under the other key by chance, as it does once in 256 times', () => {
    const wrong = Array.from({ length: 10_000 }, (_, n) => `another key ${n}`).find((key) => {
      try {
        return decryptReqInfo(REAL_SHAPE, key).length > 0;
      } catch {
        return false;
      }
    });
    expect(openReqInfo(REAL_SHAPE, [wrong ?? '', REAL_KEY]).get('out_refund_no')).toBe('1234');
  });

  it("does not open with another merchant's key", () => {
    expect(() => openReqInfo(REAL_SHAPE, ['another key'])).toThrow('no API key opens req_info');
  });
});
