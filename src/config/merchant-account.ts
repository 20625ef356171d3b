import { z } from 'zod';
import { expected, expecting } from './expecting.js';

const appId = z.string().regex(/^wx[0-9a-zA-Z]{16}$/);
const key32 = z.string().regex(/^[\x21-\x7e]{32}$/);
const appSecret = z.string().min(16).max(128);
const path = z.string().min(1);

/**
 * What describes a merchant account, in WXPAY_ACCOUNTS_FILE under these names and in the environment under
 * `WXPAY_…`. Which keys are needed depends on `api` and is checked by `toMerchantAccount`.
 */
export const accountFields = {
  api: expecting('v1, v2 or v3', z.enum(['v1', 'v2', 'v3']).default('v2')),
  mchId: expecting('the merchant number, 8 to 10 digits', z.string().regex(/^\d{8,10}$/)),
  appId: expecting("the mini-program's app id: wx and 16 letters or digits", appId),
  appSecret: expecting("the mini-program's app secret, 32 characters", appSecret),
  appAppId: expecting("the app's app id: wx and 16 letters or digits", appId.optional()),
  appAppSecret: expecting("the app's app secret, 32 characters", appSecret.optional()),
  officialAppId: expecting("the official account's app id: wx and 16 letters or digits", appId.optional()),
  officialAppSecret: expecting("the official account's app secret, 32 characters", appSecret.optional()),
  apiKey: expecting('the API key (v2), 32 letters or digits', key32.optional()),
  apiKeyPrevious: expecting(
    'the API key (v2) before the last change, 32 letters or digits',
    key32.optional(),
  ),
  signType: expecting('MD5 or HMAC-SHA256', z.enum(['MD5', 'HMAC-SHA256']).default('MD5')),
  apiV3Key: expecting('the APIv3 key, 32 letters or digits', key32.optional()),
  apiV3KeyPrevious: expecting('the APIv3 key before the last change, 32 letters or digits', key32.optional()),
  paySignKey: expecting(
    'the paySignKey (appKey) of API v1, 128 letters or digits',
    z
      .string()
      .regex(/^[0-9a-zA-Z]{128}$/)
      .optional(),
  ),
  partner: expecting(
    'the partner number of API v1, 10 digits',
    z
      .string()
      .regex(/^\d{10}$/)
      .optional(),
  ),
  partnerKey: expecting('the partnerKey of API v1, 32 letters or digits', key32.optional()),
  publicKeyId: expecting(
    "the id of WeChat Pay's public key: PUB_KEY_ID_ and digits",
    z
      .string()
      .regex(/^PUB_KEY_ID_\d{10,40}$/)
      .optional(),
  ),
  publicKeyPath: expecting("the path of WeChat Pay's public key (PEM)", path.optional()),
  certPath: expecting('the path of apiclient_cert.pem', path),
  keyPath: expecting('the path of apiclient_key.pem', path),
  p12Path: expecting('the path of apiclient_cert.p12', path.optional()),
  confirmNotify: expecting('query or signature', z.enum(['query', 'signature']).optional()),
};

export type AccountFields = z.output<z.ZodObject<typeof accountFields>>;

/** One merchant number with its app ids and keys, wherever they were read from. */
export interface MerchantAccountSettings {
  id: string;
  /** What new calls are made with. Notifications are read in every version the account has keys for. */
  api: 'v1' | 'v2' | 'v3';
  mchId: string;
  appId: string;
  appSecret: string;
  /** Of APP payments, when the shop's app has an id of its own. */
  appAppId: string;
  /** Of the same app; API v1 and logins with the app's code need it. */
  appAppSecret: string | undefined;
  /** The official account (公众号), whose users pay JSAPI as those of the mini-program do. */
  official: { appId: string; appSecret: string } | undefined;
  /** Every app id that payments of this account may name. */
  appIds: readonly string[];
  signType: 'MD5' | 'HMAC-SHA256';
  /** API v2, newest first: the first signs, each verifies. Empty: the account does not speak v2. */
  apiKeys: readonly string[];
  /** API v3, newest first: each may open what WeChat encrypts. Empty: the account does not speak v3. */
  apiV3Keys: readonly string[];
  /** API v1, the app gateway of 2014. undefined: the account does not speak it. */
  v1: { paySignKey: string; partner: string; partnerKey: string } | undefined;
  /** WeChat Pay's public key with its id; without one, platform certificates vouch for WeChat (protocol §2.4). */
  publicKey: { id: string; path: string } | undefined;
  certPath: string;
  keyPath: string;
  /** Certificate and key in one file, with the merchant number as password; shown in mutual TLS instead of the pair. */
  p12Path: string | undefined;
  /** Whether WeChat is asked before a notification of a payment is believed (A7). */
  confirmNotify: 'query' | 'signature';
  /** How the settings call these fields, for errors that name them. */
  names: Readonly<Record<keyof typeof accountFields, string>>;
}

/**
 * Puts an account together and checks what one field alone cannot show.
 * @param names what the settings call each field
 * @returns the account, or one line for each thing that is wrong
 */
export function toMerchantAccount(
  id: string,
  fields: AccountFields,
  names: MerchantAccountSettings['names'],
): MerchantAccountSettings | string[] {
  const wrong = missingKeys(fields, names);
  if (wrong.length > 0) return wrong;
  const { publicKeyId, publicKeyPath, paySignKey, partner, partnerKey } = fields;
  const appAppId = fields.appAppId ?? fields.appId;
  const official =
    fields.officialAppId !== undefined && fields.officialAppSecret !== undefined
      ? { appId: fields.officialAppId, appSecret: fields.officialAppSecret }
      : undefined;
  return {
    id,
    api: fields.api,
    mchId: fields.mchId,
    appId: fields.appId,
    appSecret: fields.appSecret,
    appAppId,
    appAppSecret: appAppId === fields.appId ? fields.appSecret : fields.appAppSecret,
    official,
    appIds: [...new Set([fields.appId, appAppId, ...(official ? [official.appId] : [])])],
    signType: fields.signType,
    apiKeys: newestFirst(fields.apiKey, fields.apiKeyPrevious),
    apiV3Keys: newestFirst(fields.apiV3Key, fields.apiV3KeyPrevious),
    v1:
      paySignKey !== undefined && partner !== undefined && partnerKey !== undefined
        ? { paySignKey, partner, partnerKey }
        : undefined,
    publicKey:
      publicKeyId !== undefined && publicKeyPath !== undefined
        ? { id: publicKeyId, path: publicKeyPath }
        : undefined,
    certPath: fields.certPath,
    keyPath: fields.keyPath,
    p12Path: fields.p12Path,
    confirmNotify: fields.confirmNotify ?? (fields.api === 'v3' ? 'signature' : 'query'),
    names,
  };
}

/** The 2014 gateway takes all three (protocol §4). */
const V1_KEYS = ['paySignKey', 'partner', 'partnerKey'] as const;

function newestFirst(key: string | undefined, previous: string | undefined): readonly string[] {
  return [key, previous].filter((each) => each !== undefined);
}

/** One line for each key that is missing; which are needed depends on other fields, here as they were read or as written. */
export function missingKeys(
  fields: Partial<Record<keyof typeof accountFields, string | undefined>>,
  names: MerchantAccountSettings['names'],
): string[] {
  const { api = 'v2', apiKey, apiV3Key, publicKeyId, publicKeyPath } = fields;
  const { appId: miniProgram, appAppId = miniProgram } = fields;
  const missing = (field: keyof typeof accountFields, why: string): string =>
    `${names[field]} is missing: expected ${expected(accountFields[field])} ${why}`;
  return [
    ...(api === 'v2' && apiKey === undefined ? [missing('apiKey', 'with API v2')] : []),
    ...(api === 'v3' && apiV3Key === undefined ? [missing('apiV3Key', 'with API v3')] : []),
    ...(api === 'v1'
      ? V1_KEYS.filter((each) => fields[each] === undefined).map((each) => missing(each, 'with API v1'))
      : []),
    ...(api === 'v1' && appAppId !== miniProgram && fields.appAppSecret === undefined
      ? [missing('appAppSecret', `with API v1 beside ${names.appAppId}`)]
      : []),
    ...(fields.officialAppId !== undefined && fields.officialAppSecret === undefined
      ? [missing('officialAppSecret', `beside ${names.officialAppId}`)]
      : []),
    ...(fields.officialAppSecret !== undefined && fields.officialAppId === undefined
      ? [missing('officialAppId', `beside ${names.officialAppSecret}`)]
      : []),
    ...(publicKeyPath !== undefined && publicKeyId === undefined
      ? [missing('publicKeyId', `beside ${names.publicKeyPath}`)]
      : []),
    ...(publicKeyId !== undefined && publicKeyPath === undefined
      ? [missing('publicKeyPath', `beside ${names.publicKeyId}`)]
      : []),
  ];
}
