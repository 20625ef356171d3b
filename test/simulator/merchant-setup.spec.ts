import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { X509Certificate, createPublicKey } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { Agent, request } from 'undici';
import { Transformer } from 'wechatpay-axios-plugin';
import { TestMerchant, type Fields } from './test-merchant.js';

let merchant: TestMerchant;
beforeAll(async () => {
  merchant = await TestMerchant.start();
});
afterAll(() => merchant.close());

const file = (name: string): Promise<Buffer> => readFile(join(merchant.dir, name));

const holderOf = async (certificate: string, key: string): Promise<Agent> =>
  new Agent({ connect: { ca: await file('ca.pem'), cert: await file(certificate), key: await file(key) } });

describe('the merchant material', () => {
  it('names every file by its absolute path', async () => {
    const paths = Object.entries(merchant.env).filter(([name]) => name.endsWith('_PATH'));
    expect(paths).toHaveLength(5);
    for (const [, path] of paths) expect((await stat(path)).isFile()).toBe(true);
    expect(merchant.env).toMatchObject({ WXPAY_API: 'v2', WXPAY_SIGN_TYPE: 'MD5' });
    expect(merchant.env['WXPAY_API_KEY']).toHaveLength(32);
    expect(merchant.env['WXPAY_API_V3_KEY']).toHaveLength(32);
  });

  it('has a p12 and a pem pair that TLS takes without legacy algorithms', async () => {
    createSecureContext({ pfx: await file('apiclient_cert.p12'), passphrase: merchant.env['WXPAY_MCH_ID'] });
    createSecureContext({ cert: await file('apiclient_cert.pem'), key: await file('apiclient_key.pem') });
    const mode = (await stat(join(merchant.dir, 'apiclient_key.pem'))).mode;
    expect(mode & 0o777).toBe(0o600);
  });

  it('has certificates named like the real ones, with serials of 40 digits', async () => {
    const own = new X509Certificate(await file('apiclient_cert.pem'));
    const platform = new X509Certificate(await file('platform_cert.pem'));
    expect(own.subject).toContain(`CN=${merchant.env['WXPAY_MCH_ID']}`);
    expect(own.issuer).toContain('CN=Tenpay.com Root CA');
    expect(platform.subject).toContain('CN=Tenpay.com sign');
    for (const { serialNumber } of [own, platform]) expect(serialNumber).toMatch(/^[0-9A-F]{40}$/);
    expect(createPublicKey(await file('wxpay_public_key.pem')).asymmetricKeyType).toBe('rsa');
  });
});

describe('paths under /secapi', () => {
  it('want the client certificate, like nginx does', async () => {
    const { status, text } = await merchant.post('/secapi/pay/refund', '<xml></xml>');
    expect(status).toBe(400);
    expect(text).toContain('<title>400 No required SSL certificate was sent</title>');
  });

  it('want one that WeChat issued', async () => {
    const stranger = await holderOf('simulator/server.pem', 'simulator/server_key.pem');
    const url = `${merchant.simulator.tlsUrl}/secapi/pay/refund`;
    const answer = await request(url, { method: 'POST', body: '<xml></xml>', dispatcher: stranger });
    expect(answer.statusCode).toBe(400);
    expect(await answer.body.text()).toContain('<title>400 The SSL certificate error</title>');
    await stranger.destroy();
  });

  it('want the merchant’s own', async () => {
    // Issued by the same authority, but to somebody else.
    const other = await holderOf('platform_cert.pem', 'simulator/platform_key.pem');
    const body = Transformer.toXml(merchant.signed({ out_trade_no: 'NEVER123', out_refund_no: 'R' }));
    const url = `${merchant.simulator.tlsUrl}/secapi/pay/refund`;
    const answer = await request(url, { method: 'POST', body, dispatcher: other });
    expect(await answer.body.text()).toContain('<err_code>CERT_ERROR</err_code>');
    await other.destroy();
  });

  it('let the merchant in', async () => {
    const { text } = await merchant.post('/secapi/pay/refund', '<xml></xml>', { certificate: true });
    expect(text).not.toContain('SSL certificate');
  });
});

const login = (changes: Fields): Promise<Fields> => {
  const query = new URLSearchParams({
    appid: merchant.env['WXPAY_APP_ID'] ?? '',
    secret: merchant.env['WXPAY_APP_SECRET'] ?? '',
    grant_type: 'authorization_code',
    ...changes,
  });
  return merchant.get(`/sns/jscode2session?${query.toString()}`);
};

describe('jscode2session', () => {
  it('takes a code once', async () => {
    const { code, openid } = await merchant.control('/_sim/login-code', {});
    const session = await login({ js_code: code });
    expect(session).toEqual({ openid, session_key: expect.stringMatching(/^[\w+/]{22}==$/) });
    expect((await login({ js_code: code }))['errcode']).toBe(40163);
  });

  it('gives the same user the same openid', async () => {
    const { openid } = await merchant.control('/_sim/login-code', {});
    const again = await merchant.control('/_sim/login-code', { openid });
    expect((await login({ js_code: again['code'] }))['openid']).toBe(openid);
  });

  it('refuses what is not true', async () => {
    const { code } = await merchant.control('/_sim/login-code', {});
    const errcode = async (changes: Fields): Promise<unknown> =>
      (await login({ js_code: code, ...changes }))['errcode'];
    expect(await errcode({ appid: 'wx1' })).toBe(40013);
    expect(await errcode({ secret: 'x' })).toBe(40125);
    expect(await errcode({ grant_type: '' })).toBe(40002);
    expect(await errcode({ js_code: 'x' })).toBe(40029);
    await merchant.control('/_sim/clock', { advanceSeconds: 301 });
    expect(await errcode({})).toBe(40029);
  });
});
