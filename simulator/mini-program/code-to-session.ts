import { randomBytes } from 'node:crypto';
import type { Merchants } from '../state/merchants.js';
import type { Logins } from './logins.js';
import { weixinError } from './weixin-error.js';

/** `GET /sns/jscode2session` (protocol notes §3.1). Success has no errcode. */
export function codeToSession(query: URLSearchParams, merchants: Merchants, logins: Logins): object {
  const appId = query.get('appid') ?? '';
  const app = merchants.app(appId);
  if (!app) return weixinError(40013);
  if (query.get('secret') !== app.secret) return weixinError(40125);
  if (query.get('grant_type') !== 'authorization_code') return weixinError(40002);
  const login = logins.redeem(appId, query.get('js_code') ?? '');
  if (login === 'invalid') return weixinError(40029);
  if (login === 'used') return weixinError(40163);
  return { session_key: randomBytes(16).toString('base64'), openid: login.openid };
}
