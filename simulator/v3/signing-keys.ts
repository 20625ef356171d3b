import type { Keyring } from '../material/keyring.js';
import type { Merchant } from '../state/merchants.js';
import { ApiError } from './api-error.js';
import type { SigningKey } from './signature.js';

/**
 * The key an answer is signed with: the one the request named in Wechatpay-Serial, without that the platform
 * certificate as long as the merchant has one (protocol notes §2.4). Throws ApiError for a name WeChat does not know.
 */
export function answerKey(merchant: Merchant, keyring: Keyring, named: string | undefined): SigningKey {
  if (!named)
    return merchant.keyMode === 'publicKey' ? publicKey(merchant, keyring) : platformKey(merchant, keyring);
  const known = keysOf(merchant, keyring).find(({ serial }) => serial.toUpperCase() === named.toUpperCase());
  if (!known) {
    throw new ApiError('PARAM_ERROR', '平台证书序列号Wechatpay-Serial错误', {
      field: 'Wechatpay-Serial',
      value: named,
      issue: '平台证书序列号错误',
      location: 'header',
    });
  }
  return known;
}

/** The key a notification is signed with: by the account's mode, in the middle of the switch by chance. */
export function callbackKey(merchant: Merchant, keyring: Keyring): SigningKey {
  const isPublicKey =
    merchant.keyMode === 'publicKey' ||
    (merchant.keyMode === 'both' && Math.random() < merchant.callbackPublicKeyShare);
  return isPublicKey ? publicKey(merchant, keyring) : platformKey(merchant, keyring);
}

/** Every key the merchant may name. */
export function keysOf(merchant: Merchant, keyring: Keyring): SigningKey[] {
  return [
    ...(merchant.keyMode === 'certificate' ? [] : [publicKey(merchant, keyring)]),
    ...(merchant.keyMode === 'publicKey' ? [] : keyring.platformCertificates),
  ];
}

function publicKey(merchant: Merchant, keyring: Keyring): SigningKey {
  return { serial: merchant.publicKeyId, key: keyring.wxpayKey };
}

function platformKey(merchant: Merchant, { platformCertificates }: Keyring): SigningKey {
  const inUse = platformCertificates.find(({ serial }) => serial === merchant.platformSerial);
  const certificate = inUse ?? platformCertificates.at(-1);
  if (!certificate) throw new Error(`no platform certificate for ${merchant.mchId}`);
  return certificate;
}
