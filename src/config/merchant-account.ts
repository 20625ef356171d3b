import { z } from 'zod';
import { expected, expecting } from './expecting.js';

const appId = z.string().regex(/^wx[0-9a-zA-Z]{16}$/);
const key32 = z.string().regex(/^[\x21-\x7e]{32}$/);
const path = z.string().min(1);

/**
 * What describes a merchant account, in WXPAY_ACCOUNTS_FILE under these names and in the environment under
 * `WXPAY_…`. Which keys are needed depends on `api` and is checked by `toMerchantAccount`.
 */
export const accountFields = {
  api: expecting('v2 or v3', z.enum(['v2', 'v3']).default('v2')),
  mchId: expecting('the merchant number, 8 to 10 digits', z.string().regex(/^\d{8,10}$/)),
  appId: expecting("the mini-program's app id: wx and 16 letters or digits", appId),
  appSecret: expecting("the mini-program's app secret, 32 characters", z.string().min(16).max(128)),
  appAppId: expecting("the app's app id: wx and 16 letters or digits", appId.optional()),
  apiKey: expecting('the API key (v2), 32 letters or digits', key32.optional()),
  apiKeyPrevious: expecting(
    'the API key (v2) before the last change, 32 letters or digits',
    key32.optional(),
  ),
  signType: expecting('MD5 or HMAC-SHA256', z.enum(['MD5', 'HMAC-SHA256']).default('MD5')),
  apiV3Key: expecting('the APIv3 key, 32 letters or digits', key32.optional()),
  apiV3KeyPrevious: expecting('the APIv3 key before the last change, 32 letters or digits', key32.optional()),
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

/** One merchant number with its app ids and keys. Which variable or field says what is `named` by the reader's side. */
export interface MerchantAccountSettings {
  id: string;
  /** What new calls are made with. Notifications are read in either version the account has keys for. */
  api: 'v2' | 'v3';
  mchId: string;
  appId: string;
  appSecret: string;
  /** Of APP payments, when the shop's app has an id of its own. */
  appAppId: string;
  signType: 'MD5' | 'HMAC-SHA256';
  /** API v2, newest first: the first signs, each verifies. Empty: the account does not speak v2. */
  apiKeys: readonly string[];
  /** API v3, newest first: each may open what WeChat encrypts. Empty: the account does not speak v3. */
  apiV3Keys: readonly string[];
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
  const { publicKeyId, publicKeyPath } = fields;
  return {
    id,
    api: fields.api,
    mchId: fields.mchId,
    appId: fields.appId,
    appSecret: fields.appSecret,
    appAppId: fields.appAppId ?? fields.appId,
    signType: fields.signType,
    apiKeys: newestFirst(fields.apiKey, fields.apiKeyPrevious),
    apiV3Keys: newestFirst(fields.apiV3Key, fields.apiV3KeyPrevious),
    publicKey:
      publicKeyId !== undefined && publicKeyPath !== undefined
        ? { id: publicKeyId, path: publicKeyPath }
        : undefined,
    certPath: fields.certPath,
    keyPath: fields.keyPath,
    p12Path: fields.p12Path,
    confirmNotify: fields.confirmNotify ?? (fields.api === 'v2' ? 'query' : 'signature'),
    names,
  };
}

function newestFirst(key: string | undefined, previous: string | undefined): readonly string[] {
  return [key, previous].filter((each) => each !== undefined);
}

/** One line for each key that is missing; which are needed depends on other fields, here as they were read or as written. */
export function missingKeys(
  fields: Partial<Record<keyof typeof accountFields, string | undefined>>,
  names: MerchantAccountSettings['names'],
): string[] {
  const { api = 'v2', apiKey, apiV3Key, publicKeyId, publicKeyPath } = fields;
  const missing = (field: keyof typeof accountFields, why: string): string =>
    `${names[field]} is missing: expected ${expected(accountFields[field])} ${why}`;
  return [
    ...(api === 'v2' && apiKey === undefined ? [missing('apiKey', 'with API v2')] : []),
    ...(api === 'v3' && apiV3Key === undefined ? [missing('apiV3Key', 'with API v3')] : []),
    ...(publicKeyPath !== undefined && publicKeyId === undefined
      ? [missing('publicKeyId', `beside ${names.publicKeyPath}`)]
      : []),
    ...(publicKeyId !== undefined && publicKeyPath === undefined
      ? [missing('publicKeyPath', `beside ${names.publicKeyId}`)]
      : []),
  ];
}
