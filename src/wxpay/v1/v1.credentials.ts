import type { MerchantAccount } from '../merchant-accounts.js';
import type { AppCredentials } from './app-api.js';

export type V1Credentials = NonNullable<MerchantAccount['v1']>;

/** @throws Error for an account without the keys of API v1; settings demand them where `api` is v1 */
export function credentialsOf({ id, v1 }: MerchantAccount): V1Credentials {
  if (v1 === undefined) throw new Error(`account ${id} has no keys for API v1`);
  return v1;
}

/** The app whose access_token the gateway wants. @throws Error for an account without its secret */
export function appOf({ id, appAppId, appAppSecret }: MerchantAccount): AppCredentials {
  if (appAppSecret === undefined) throw new Error(`account ${id} has no secret of its app`);
  return { appId: appAppId, appSecret: appAppSecret };
}
