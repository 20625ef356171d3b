import { createRequire } from 'node:module';
import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { Aes, Formatter, Hash, Rsa, Transformer } from 'wechatpay-axios-plugin';
import type { MerchantAccount } from '../../src/wxpay/merchant-accounts.js';
import { signedXml } from '../../src/wxpay/v2/v2.call.js';
import { readPaymentNotification as readV2 } from '../../src/wxpay/v2/v2.notification.js';
import type { V2SignType } from '../../src/wxpay/v2/v2.signature.js';
import { openResource, type SealedResource } from '../../src/wxpay/v3/v3.cipher.js';
import { authorization, verifyV3 as verifyV3Signature } from '../../src/wxpay/v3/v3.signature.js';

export interface Operation {
  name: string;
  /** Ours has to be so many times as fast as the best of the others. */
  wanted: number;
  by: Record<string, () => unknown>;
}

const require = createRequire(import.meta.url);
const { parseXML, buildXML } = require('tenpay/lib/util.js') as {
  parseXML: (xml: string) => Promise<Record<string, string>>;
  buildXML: (fields: object) => string;
};
const Tenpay = require('tenpay') as new (options: object) => {
  _getSign(fields: object, type: string): string;
};
const NodeV3 = require('wechatpay-node-v3') as { prototype: object; certificates: Record<string, string> };

const [appId, mchId, apiKey] = ['wx0123456789abcdef', '1900000109', randomBytes(16).toString('hex')];
const apiV3Key = randomBytes(16).toString('hex');
const account = (signType: V2SignType): MerchantAccount =>
  ({
    id: 'default',
    appId,
    appIds: [appId],
    mchId,
    signType,
    apiKeys: [apiKey],
    apiV3Keys: [apiV3Key],
  }) as unknown as MerchantAccount;

const ORDER = {
  body: '手冲咖啡豆 250g',
  out_trade_no: '202611212005000000000001-1',
  total_fee: '1990',
  fee_type: 'CNY',
  spbill_create_ip: '203.0.113.7',
  time_start: '20261121200500',
  time_expire: '20261121202500',
  notify_url: 'https://pay.example.com/notify/wxpay/default/payment',
  trade_type: 'JSAPI',
  openid: 'oBenchBuyer0000000000000000',
};
const PAID = {
  appid: appId,
  bank_type: 'OTHERS',
  cash_fee: '1990',
  fee_type: 'CNY',
  is_subscribe: 'N',
  mch_id: mchId,
  nonce_str: Formatter.nonce(32),
  openid: ORDER.openid,
  out_trade_no: ORDER.out_trade_no,
  result_code: 'SUCCESS',
  return_code: 'SUCCESS',
  time_end: '20261121200500',
  total_fee: '1990',
  trade_type: 'JSAPI',
  transaction_id: '4200002026112120050000000001',
};

const tenpay = new Tenpay({ appid: appId, mchid: mchId, partnerKey: apiKey, notify_url: ORDER.notify_url });

/** What every request says, and this order. */
function orderFields(): Record<string, string> {
  return { appid: appId, mch_id: mchId, nonce_str: Formatter.nonce(32), sign_type: 'MD5', ...ORDER };
}

function signV2(): Operation {
  return {
    name: 'v2: build and sign unifiedorder (MD5)',
    wanted: 2,
    by: {
      ours: () => signedXml(account('MD5'), apiKey, appId, ORDER),
      tenpay: () => {
        const fields = orderFields();
        return buildXML({ ...fields, sign: tenpay._getSign(fields, 'MD5') });
      },
      'wechatpay-axios-plugin': () => {
        const fields = orderFields();
        return Transformer.toXml({ ...fields, sign: Hash.sign('MD5', fields, apiKey) });
      },
    },
  };
}

function verifyV2(type: V2SignType): Operation {
  const xml = Transformer.toXml({ ...PAID, sign: Hash.sign(type, PAID, apiKey) });
  const body = Buffer.from(xml);
  const ours = account(type);
  return {
    name: `v2: read and verify a notification (${type})`,
    wanted: 2,
    by: {
      ours: () => readV2(ours, body),
      tenpay: async () => {
        const fields = await parseXML(body.toString());
        if (fields['sign'] !== tenpay._getSign(fields, type)) throw new Error('wrong signature');
      },
      'wechatpay-axios-plugin': () => {
        const { sign, ...fields } = Transformer.toObject(body.toString()) as Record<string, string>;
        if (sign !== Hash.sign(type, fields, apiKey)) throw new Error('wrong signature');
      },
    },
  };
}

const rsa = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const privateKey = Rsa.from(rsa.privateKey, Rsa.KEY_TYPE_PRIVATE);
const publicKey = Rsa.from(rsa.publicKey, Rsa.KEY_TYPE_PUBLIC);

function verifyV3(): Operation {
  const transaction = {
    mchid: mchId,
    appid: appId,
    out_trade_no: ORDER.out_trade_no,
    transaction_id: PAID.transaction_id,
    trade_type: 'JSAPI',
    trade_state: 'SUCCESS',
    trade_state_desc: '支付成功',
    bank_type: 'OTHERS',
    success_time: '2026-11-21T20:05:00+08:00',
    payer: { openid: ORDER.openid },
    amount: { total: 1990, payer_total: 1990, currency: 'CNY', payer_currency: 'CNY' },
  };
  const nonce = Formatter.nonce(12);
  const ciphertext = Aes.AesGcm.encrypt(JSON.stringify(transaction), apiV3Key, nonce, 'transaction');
  const resource = { algorithm: 'AEAD_AES_256_GCM', ciphertext, nonce, associated_data: 'transaction' };
  const text = JSON.stringify({ id: 'x', event_type: 'TRANSACTION.SUCCESS', resource });
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = Rsa.sign(`${timestamp}\n${nonce}\n${text}\n`, privateKey);
  const body = Buffer.from(text);
  const serial = 'PUB_KEY_ID_0119000001092026112100000000000000';
  const key = createPublicKey(rsa.publicKey);
  NodeV3.certificates[serial] = rsa.publicKey;
  const nodeV3 = Object.assign(Object.create(NodeV3.prototype) as object, { key: apiV3Key }) as unknown as {
    verifySign(of: object): Promise<boolean>;
    decipher_gcm(ciphertext: string, aad: string, nonce: string, key: string): unknown;
  };
  return {
    name: 'v3: verify and decrypt a notification',
    wanted: 1,
    by: {
      ours: () => {
        if (!verifyV3Signature(key, { timestamp, nonce, signature }, body)) throw new Error('forged');
        const envelope = JSON.parse(body.toString()) as { resource: SealedResource };
        JSON.parse(openResource([apiV3Key], envelope.resource).toString());
      },
      'wechatpay-axios-plugin': () => {
        const arrived = body.toString(); // what comes over the network is bytes, for everybody
        if (!Rsa.verify(`${timestamp}\n${nonce}\n${arrived}\n`, signature, publicKey))
          throw new Error('forged');
        const envelope = JSON.parse(arrived) as { resource: typeof resource };
        JSON.parse(Aes.AesGcm.decrypt(envelope.resource.ciphertext, apiV3Key, nonce, 'transaction'));
      },
      // Its decryption never looks at the tag, which saves it time and its users the certainty.
      'wechatpay-node-v3': async () => {
        const arrived = body.toString();
        if (!(await nodeV3.verifySign({ timestamp, nonce, body: arrived, serial, signature })))
          throw new Error('forged');
        const envelope = JSON.parse(arrived) as { resource: typeof resource };
        nodeV3.decipher_gcm(envelope.resource.ciphertext, 'transaction', nonce, apiV3Key);
      },
    },
  };
}

function signV3(): Operation {
  const body = JSON.stringify(ORDER);
  const url = '/v3/pay/transactions/jsapi';
  const serialNo = '5157F09EFDC096DE15EBE81A47057A7232F1B8E1';
  const keyObject = { mchId, serialNo, privateKey: privateKey as never };
  const nodeV3 = Object.assign(Object.create(NodeV3.prototype) as object, {
    privateKey: Buffer.from(rsa.privateKey),
    mchid: mchId,
    serial_no: serialNo,
    authType: 'WECHATPAY2-SHA256-RSA2048',
  }) as unknown as { getSignature(...of: string[]): string; getAuthorization(...of: string[]): string };
  return {
    name: 'v3: sign a request',
    wanted: 1,
    by: {
      ours: () => authorization(keyObject, { method: 'POST', url, body }, '1763726400', Formatter.nonce(32)),
      'wechatpay-axios-plugin': () => {
        const nonce = Formatter.nonce(32);
        const signature = Rsa.sign(Formatter.request('POST', url, '1763726400', nonce, body), privateKey);
        return Formatter.authorization(mchId, nonce, signature, '1763726400', serialNo);
      },
      'wechatpay-node-v3': () => {
        const nonce = Formatter.nonce(32);
        return nodeV3.getAuthorization(
          nonce,
          '1763726400',
          nodeV3.getSignature('POST', nonce, '1763726400', url, body),
        );
      },
    },
  };
}

/** What a payment costs in signatures and formats, by us and by the libraries of this field. */
export const OPERATIONS: readonly Operation[] = [
  signV2(),
  verifyV2('MD5'),
  verifyV2('HMAC-SHA256'),
  verifyV3(),
  signV3(),
];
