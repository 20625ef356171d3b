import { randomBytes } from 'node:crypto';
import type { App, Merchants } from '../state/merchants.js';
import type { LoginCode, Logins } from './logins.js';
import { weixinError } from './weixin-error.js';

/** How long an OAuth access token lives. */
const OAUTH_SECONDS = 7200;

/** `GET /sns/jscode2session` (protocol notes §3.1). Success has no errcode. */
export function codeToSession(query: URLSearchParams, merchants: Merchants, logins: Logins): object {
  const redeemed = redeem(query, 'js_code', ['miniProgram'], merchants, logins);
  if ('errcode' in redeemed) return redeemed;
  return { session_key: randomBytes(16).toString('base64'), openid: redeemed.openid };
}

/** `GET /sns/oauth2/access_token`: the OAuth code of an app or an official account. Success has no errcode. */
export function oauthToken(query: URLSearchParams, merchants: Merchants, logins: Logins): object {
  const redeemed = redeem(query, 'code', ['app', 'officialAccount'], merchants, logins);
  if ('errcode' in redeemed) return redeemed;
  return {
    access_token: randomBytes(32).toString('base64url'),
    expires_in: OAUTH_SECONDS,
    refresh_token: randomBytes(32).toString('base64url'),
    openid: redeemed.openid,
    scope: 'snsapi_base',
  };
}

function redeem(
  query: URLSearchParams,
  codeName: string,
  kinds: readonly App['kind'][],
  merchants: Merchants,
  logins: Logins,
): LoginCode | ReturnType<typeof weixinError> {
  const appId = query.get('appid') ?? '';
  const app = merchants.app(appId);
  if (!app || !kinds.includes(app.kind)) return weixinError(40013);
  if (query.get('secret') !== app.secret) return weixinError(40125);
  if (query.get('grant_type') !== 'authorization_code') return weixinError(40002);
  const login = logins.redeem(appId, query.get(codeName) ?? '');
  if (login === 'invalid') return weixinError(40029);
  if (login === 'used') return weixinError(40163);
  return login;
}
