import { Formatter, Rsa } from 'wechatpay-axios-plugin';
import type { Merchant } from '../state/merchants.js';
import type { World } from '../world.js';
import { ApiError } from './api-error.js';

/** A request may be so much older or newer than WeChat's clock. */
const TOLERANCE_MS = 5 * 60_000;
const SCHEME = 'WECHATPAY2-SHA256-RSA2048';
/** Longer messages are shown in parts. */
const SHOWN_LENGTH = 1024;

export interface SignedRequest {
  method: string;
  /** Path and query exactly as sent. */
  url: string;
  body: Buffer;
  authorization: string | undefined;
}

/** Who sent the request (protocol notes §2.1). Throws ApiError, SIGN_ERROR when it is not authentic. */
export function authorize(request: SignedRequest, world: World): Merchant {
  const given = readAuthorization(request.authorization);
  const merchant = world.merchants.byMchId(given.mchid);
  if (!merchant) throw rejected('mchid', given.mchid, '商户号有误', '商户号不存在');
  const { merchantSerial, merchantKey } = world.keyrings.of(merchant.mchId);
  // SDKs write it in lower case as well.
  if (given.serial_no.toUpperCase() !== merchantSerial) {
    const message = '商户证书序列号有误。请使用签名私钥匹配的证书序列号';
    throw rejected('serial_no', given.serial_no, message, '商户证书序列号不匹配');
  }
  if (Math.abs(Number(given.timestamp) * 1000 - world.clock.now()) > TOLERANCE_MS) {
    const message = 'Http头Authorization中的timestamp与发起请求的时间不得超过5分钟';
    throw rejected('timestamp', given.timestamp, message, 'timestamp已过期');
  }
  const { timestamp, nonce_str: nonce, signature } = given;
  const message = Formatter.request(
    request.method,
    request.url,
    timestamp,
    nonce,
    request.body.toString('utf8'),
  );
  if (!isSigned(message, signature, merchantKey)) throw wrongSignature(request, signature, message);
  return merchant;
}

function isSigned(...[message, signature, key]: Parameters<typeof Rsa.verify>): boolean {
  try {
    return Rsa.verify(message, signature, key);
  } catch {
    return false;
  }
}

type Authorization = Record<'mchid' | 'nonce_str' | 'signature' | 'timestamp' | 'serial_no', string>;

function readAuthorization(header: string | undefined): Authorization {
  const [scheme, rest = ''] = header?.split(/ (.*)/s) ?? [];
  const pairs = [...rest.matchAll(/(?:^|,) *(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]);
  const values = Object.fromEntries(pairs) as Partial<Authorization>;
  const { mchid, nonce_str, signature, timestamp, serial_no } = values;
  const isWhole = mchid && nonce_str && signature && serial_no && /^\d{1,12}$/.test(timestamp ?? '');
  if (scheme !== SCHEME || !isWhole) {
    const message = 'Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》';
    throw rejected('Authorization', header ?? '', message, '格式错误');
  }
  return { mchid, nonce_str, signature, timestamp: timestamp ?? '', serial_no };
}

function rejected(field: string, value: string, message: string, issue: string): ApiError {
  return new ApiError('SIGN_ERROR', message, { field, value, issue, location: 'authorization' });
}

/** Shows the merchant what WeChat expected to be signed. */
function wrongSignature({ method, url }: SignedRequest, signature: string, message: string): ApiError {
  const shown =
    message.length <= SHOWN_LENGTH
      ? message
      : `${message.slice(0, SHOWN_LENGTH / 2)}...${message.slice(-SHOWN_LENGTH / 2)}`;
  return new ApiError('SIGN_ERROR', undefined, {
    field: 'signature',
    value: signature,
    issue: 'sign not match',
    location: 'authorization',
    sign_information: {
      method,
      url,
      truncated_sign_message: shown,
      sign_message_length: Buffer.byteLength(message),
    },
  });
}
