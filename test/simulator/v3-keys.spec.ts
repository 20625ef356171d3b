import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { X509Certificate } from 'node:crypto';
import { Aes } from 'wechatpay-axios-plugin';
import { SUCCESS, TestMerchant, type Fields, type Json, type Received } from './test-merchant.js';
import { V3Merchant } from './v3-merchant.js';

let merchant: TestMerchant;
let v3: V3Merchant;
beforeAll(async () => {
  merchant = await TestMerchant.start();
});
beforeEach(async () => {
  v3 = await V3Merchant.of(merchant);
});
afterEach(async () => {
  merchant.reply = { status: 200, body: SUCCESS };
  await merchant.control('/_sim/reset', {});
});
afterAll(() => merchant.close());

const change = (changes: Json): Promise<Json> => merchant.control(`/_sim/merchants/${v3.mchId}`, changes);
/** Who signed the notification about a payment. */
const signedBy = async (): Promise<string> => {
  const { outTradeNo } = await v3.prepay();
  await merchant.control('/_sim/pay', { outTradeNo });
  const { attempts, body } = await merchant.notification(outTradeNo);
  expect(v3.isSigned(attempts[0].signature, body)).toBe(true);
  return attempts[0].signature['wechatpay-serial'];
};
const certificates = async (): Promise<Json[]> => (await v3.call('GET', '/v3/certificates')).json['data'];
const decrypted = (certificate: Json | undefined, key: string): string => {
  const { ciphertext, nonce, associated_data } = (certificate as Json)['encrypt_certificate'];
  return Aes.AesGcm.decrypt(ciphertext, key, nonce, associated_data);
};
const probed = async (status: number): Promise<Json> => {
  merchant.reply = { status, body: '' };
  await change({ signTestRate: 1 });
  const { outTradeNo } = await v3.prepay();
  await merchant.control('/_sim/pay', { outTradeNo });
  await merchant.notification(outTradeNo, 2);
  const { items, probes } = await merchant.control(`/_sim/notifications?outTradeNo=${outTradeNo}`);
  return { probes, attempts: items[0].attempts, status: items[0].status, body: items[0].body };
};

describe('GET /v3/certificates', () => {
  it('gives the platform certificate under the APIv3 key', async () => {
    const [only, ...others] = await certificates();
    expect(others).toEqual([]);
    expect(only).toMatchObject({
      serial_no: v3.platformSerial,
      effective_time: expect.stringMatching(/\+08:00$/),
      expire_time: expect.stringMatching(/\+08:00$/),
      encrypt_certificate: { algorithm: 'AEAD_AES_256_GCM', associated_data: 'certificate' },
    });
    const pem = decrypted(only, merchant.env['WXPAY_API_V3_KEY'] ?? '');
    expect(pem).toBe(v3.keys[v3.platformSerial]);
    expect(new X509Certificate(pem).serialNumber).toBe(v3.platformSerial);
  });

  it.each([{ serial: '0'.repeat(40) }, { mchid: '1000000000' }])(
    'is 500 SYSTEM_ERROR for %j',
    async (changes) => {
      const { status, json } = await v3.call('GET', '/v3/certificates', undefined, changes);
      expect([status, json['code']]).toEqual([500, 'SYSTEM_ERROR']);
    },
  );
});

describe('a merchant', () => {
  it('with the public key only has no certificates, and gets everything signed with the public key', async () => {
    await change({ keyMode: 'publicKey' });
    const { status, json } = await v3.call('GET', '/v3/certificates');
    expect([status, json['code']]).toEqual([404, 'RESOURCE_NOT_EXISTS']);
    expect(json['message']).toContain('无可用的平台证书');
    const { outTradeNo } = await v3.prepay();
    const answer = await v3.query(outTradeNo, { headers: { 'wechatpay-serial': '' } });
    expect(answer.headers['wechatpay-serial']).toBe(v3.publicKeyId);
    const named = await v3.query(outTradeNo, { headers: { 'wechatpay-serial': v3.platformSerial } });
    expect(named.status).toBe(400);
    expect(await signedBy()).toBe(v3.publicKeyId);
  });

  it('with the certificate only cannot name the public key', async () => {
    await change({ keyMode: 'certificate' });
    expect((await v3.call('GET', '/v3/certificates')).status).toBe(400);
    const plain = { headers: { 'wechatpay-serial': '' } };
    expect((await v3.call('GET', '/v3/certificates', undefined, plain)).status).toBe(200);
    const order = await v3.order();
    await v3.call('POST', '/v3/pay/transactions/jsapi', order, plain);
    const outTradeNo = order['out_trade_no'];
    await merchant.control('/_sim/pay', { outTradeNo });
    const { attempts } = await merchant.notification(outTradeNo);
    expect(attempts[0].signature['wechatpay-serial']).toBe(v3.platformSerial);
  });

  it('in the staged switch gets its share of callbacks with each key', async () => {
    await change({ callbackPublicKeyShare: 0.5 });
    const seen = new Set<string>();
    for (let tries = 0; tries < 60 && seen.size < 2; tries += 1) seen.add(await signedBy());
    expect(seen).toEqual(new Set([v3.publicKeyId, v3.platformSerial]));
    await change({ callbackPublicKeyShare: 0 });
    expect(await signedBy()).toBe(v3.platformSerial);
  });

  it('can change its keys, at once', async () => {
    const oldKey = merchant.env['WXPAY_API_V3_KEY'] ?? '';
    const { outTradeNo } = await merchant.prepay();
    expect(await change({ apiKey: 'short' })).toMatchObject({ httpStatus: 400, field: 'apiKey' });
    await change({ apiKey: 'n'.repeat(32), apiV3Key: 'm'.repeat(32) });
    const refused = await merchant.call('/pay/orderquery', { out_trade_no: outTradeNo });
    expect(refused).toEqual({ return_code: 'FAIL', return_msg: '签名错误' });
    const [only] = await certificates();
    expect(() => decrypted(only, oldKey)).toThrow();
    expect(decrypted(only, 'm'.repeat(32))).toContain('BEGIN CERTIFICATE');

    await merchant.restartSimulator();
    expect(merchant.env).toMatchObject({ WXPAY_API_KEY: 'n'.repeat(32), WXPAY_API_V3_KEY: 'm'.repeat(32) });
    const accepted = await merchant.call('/pay/orderquery', { out_trade_no: outTradeNo });
    expect(accepted['trade_state']).toBe('NOTPAY');
  });

  it.each<[Json, string]>([
    [{ keyMode: 'none' }, 'keyMode'],
    [{ callbackPublicKeyShare: 2 }, 'callbackPublicKeyShare'],
    [{ signTestRate: -1 }, 'signTestRate'],
    [{ platformSerial: '0' }, 'platformSerial'],
    [{ mchId: '1' }, 'mchId'],
  ])('refuses %j', async (changes, field) => {
    expect(await change(changes)).toMatchObject({ field });
  });
});

describe('a rotated platform certificate', () => {
  it('is announced first, then used, and the old one stays', async () => {
    await change({ callbackPublicKeyShare: 0 });
    const old = v3.platformSerial;
    const rotate = (body: Json): Promise<Json> =>
      merchant.control(`/_sim/merchants/${v3.mchId}/platform-certificates`, body);
    const { platformSerials, platformSerial } = await rotate({ inUse: false });
    const added = platformSerials[1];
    expect([platformSerials, platformSerial]).toEqual([[old, added], old]);
    expect((await certificates()).map((each) => each['serial_no'])).toEqual([old, added]);
    expect(await signedBy()).toBe(old);

    v3.keys[added] = await readFile(join(merchant.dir, 'platform_cert_2.pem'), 'utf8');
    await change({ platformSerial: added, callbackPublicKeyShare: 0 });
    expect(await signedBy()).toBe(added);
    const { outTradeNo } = await v3.prepay();
    const serial = async (named: string): Promise<unknown> =>
      (await v3.query(outTradeNo, { headers: { 'wechatpay-serial': named } })).headers['wechatpay-serial'];
    expect([await serial(''), await serial(old)]).toEqual([added, old]);

    await merchant.restartSimulator();
    expect(await certificates()).toHaveLength(2);
    expect((await rotate({}))['platformSerial']).not.toBe(added);
  });
});

describe('a SIGNTEST probe', () => {
  it('comes before the true delivery, and must be refused', async () => {
    const { probes, attempts, body } = await probed(401);
    expect(probes).toEqual({ sent: 1, accepted: 0 });
    expect(attempts).toMatchObject([
      { kind: 'probe', outcome: 'probeRefused', status: 401 },
      { kind: 'delivery', outcome: 'rejected' },
    ]);
    const [probe, real] = attempts;
    expect(probe.signature['wechatpay-signature']).toMatch(/^WECHATPAY\/SIGNTEST\//);
    expect([v3.isSigned(probe.signature, body), v3.isSigned(real.signature, body)]).toEqual([false, true]);
  });

  it('that is accepted is counted, and the true one follows all the same', async () => {
    const { probes, attempts, status } = await probed(200);
    expect(probes).toEqual({ sent: 1, accepted: 1 });
    expect(attempts).toMatchObject([{ outcome: 'probeAccepted' }, { outcome: 'delivered' }]);
    expect(status).toBe('delivered');
  });
});

describe('a body of the tester’s own', () => {
  it('can be signed by WeChat, also long ago or with a certain key', async () => {
    const body = '{ "odd" :  "spaces" }';
    const send = (sign: Json): Promise<Json> =>
      merchant.control('/_sim/notify', { body, url: merchant.notifyUrl, sign });
    await send({ ageSeconds: 301, serial: v3.publicKeyId });
    const { headers, body: arrived } = merchant.received.at(-1) as Received;
    expect([arrived, headers['wechatpay-serial'], v3.isSigned(headers, arrived)]).toEqual([
      body,
      v3.publicKeyId,
      true,
    ]);
    expect(Date.now() / 1000 - Number(headers['wechatpay-timestamp'])).toBeGreaterThan(300);
    expect(await send({ serial: 'none' })).toMatchObject({ httpStatus: 404, field: 'sign.serial' });
  });
});

describe('another merchant account', () => {
  it('has its own numbers, keys and folder, and outlives a restart', async () => {
    const opened = await merchant.control('/_sim/merchants', {});
    const folder = join(merchant.dir, 'merchants', opened['mchId']);
    expect(opened['dir']).toBe(folder);
    const readEnv = async (): Promise<Fields> =>
      parseEnv(await readFile(join(folder, 'merchant.env'), 'utf8')) as Fields;
    const env = await readEnv();
    for (const name of [
      'WXPAY_MCH_ID',
      'WXPAY_APP_ID',
      'WXPAY_API_KEY',
      'WXPAY_API_V3_KEY',
      'WXPAY_PUBLIC_KEY_ID',
    ])
      expect(env[name]).not.toBe(merchant.env[name]);
    const second = await V3Merchant.of(merchant, env);
    const { outTradeNo } = await second.prepay();
    expect((await v3.query(outTradeNo)).json['code']).toBe('ORDER_NOT_EXIST');
    const stranger = await v3.query(outTradeNo, { mchid: second.mchId });
    expect(stranger.json['code']).toBe('SIGN_ERROR');

    await merchant.restartSimulator();
    expect((await second.query(outTradeNo)).json['trade_state']).toBe('NOTPAY');
    expect(await readEnv()).toMatchObject({ WXPAY_BASE_URL: merchant.simulator.tlsUrl });
    await merchant.control('/_sim/pay', { outTradeNo, mchId: second.mchId });
    const notification = await merchant.notification(outTradeNo);
    expect(second.open({ body: notification['body'] }).resource['mchid']).toBe(second.mchId);
  });

  it('may share an app', async () => {
    const appId = merchant.env['WXPAY_APP_ID'];
    const { mchId } = await merchant.control('/_sim/merchants', { appIds: [appId] });
    const { apps } = await merchant.control('/_sim/merchants');
    const shared = apps.find((each: Json) => each['appId'] === appId);
    expect(shared.mchIds).toEqual([v3.mchId, mchId]);
    expect(await merchant.control('/_sim/merchants', { appIds: ['wx0'] })).toMatchObject({ httpStatus: 404 });
  });
});
