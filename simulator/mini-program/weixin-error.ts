import { randomBytes } from 'node:crypto';

const MESSAGES: Record<number, string> = {
  [-1]: 'system error',
  40001:
    'invalid credential, access_token is invalid or not latest, could get access_token by getStableAccessToken',
  40002: 'invalid grant_type',
  40013: 'invalid appid',
  40014: 'invalid access_token',
  40029: 'invalid code',
  40125: 'invalid appsecret',
  40164: 'invalid ip 127.0.0.1, not in whitelist',
  40163: 'code been used',
  40226: 'code blocked',
  41001: 'access_token missing',
  42001: 'access_token expired',
  43002: 'require POST method',
  45009: 'reach max api daily quota limit',
  45011: 'api minute-quota reach limit, must slower, retry next minute',
  47001: 'data format error',
};

/** An error of api.weixin.qq.com: HTTP 200 all the same. */
export function weixinError(errcode: number, errmsg = MESSAGES[errcode] ?? 'error'): object {
  return { errcode, errmsg: `${errmsg}, rid: ${randomBytes(12).toString('hex')}` };
}
