import type { App } from '../state/merchants.js';
import type { World } from '../world.js';
import type { Granted } from './access-tokens.js';
import { weixinError } from './weixin-error.js';

/** `GET /cgi-bin/token` (protocol notes §3.2). */
export function token(query: URLSearchParams, world: World): object {
  const app = authentic(query.get('grant_type'), query.get('appid'), query.get('secret'), world);
  return typeof app === 'number' ? weixinError(app) : answer(world.miniProgram.accessTokens.issue(app.appId));
}

/** `POST /cgi-bin/stable_token` (protocol notes §3.2). */
export function stableToken(body: Record<string, unknown>, world: World): object {
  const app = authentic(body['grant_type'], body['appid'], body['secret'], world);
  if (typeof app === 'number') return weixinError(app);
  return answer(world.miniProgram.accessTokens.stable(app.appId, body['force_refresh'] === true));
}

function authentic(grantType: unknown, appId: unknown, secret: unknown, world: World): App | number {
  if (grantType !== 'client_credential') return 40002;
  const app = typeof appId === 'string' ? world.merchants.app(appId) : undefined;
  if (!app) return 40013;
  return secret === app.secret ? app : 40125;
}

function answer(granted: Granted | number): object {
  if (typeof granted === 'number') return weixinError(granted);
  return { access_token: granted.token, expires_in: granted.expiresIn };
}
