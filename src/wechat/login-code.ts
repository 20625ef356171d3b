import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Problem } from '../common/http/problem.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import type { WechatApp } from './wechat-app.js';
import { WechatHttp } from './wechat.http.js';

export interface LoginApp extends WechatApp {
  /** `oauth`: the shop's own app or its official account, whose codes come from WeChat's OAuth instead of `wx.login`. */
  kind: 'miniprogram' | 'oauth';
}

export interface WechatIdentity {
  openid: string;
  /** Of a mini-program alone; never leaves the server (protocol §3.1). */
  sessionKey?: string;
  unionid?: string;
}

const answerSchema = z.object({
  errcode: z.number().optional(),
  errmsg: z.string().optional(),
  openid: z.string().optional(),
  session_key: z.string().optional(),
  unionid: z.string().optional(),
});

/**
 * Exchanges the code of `wx.login`, or of WeChat's OAuth, for the buyer's openid (requirement A1). A code works once and for
 * 5 minutes. Of OAuth's answer nothing else is kept: its tokens would speak for the user, which no shop needs.
 */
@Injectable()
export class LoginCode {
  constructor(
    private readonly http: WechatHttp,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** @throws Problem `LOGIN_CODE_INVALID`, `LOGIN_BLOCKED`, `LOGIN_TOO_OFTEN`, `WECHAT_CREDENTIALS_REFUSED` or `WECHAT_UNAVAILABLE` */
  async exchange(app: LoginApp, code: string): Promise<WechatIdentity> {
    const answer = await this.ask(app, code);
    if (answer.errcode !== undefined && answer.errcode !== 0)
      throw refusal(answer.errcode, answer.errmsg ?? '');
    const { openid, session_key: sessionKey, unionid } = answer;
    if (!openid || (app.kind === 'miniprogram' && !sessionKey)) {
      throw new Problem('WECHAT_UNAVAILABLE', 'WeChat answered the login without an openid.', {
        retryAfterSeconds: 1,
      });
    }
    return { openid, ...(sessionKey && { sessionKey }), ...(unionid && { unionid }) };
  }

  private async ask(
    { kind, appId, appSecret }: LoginApp,
    code: string,
  ): Promise<z.infer<typeof answerSchema>> {
    const app = { appid: appId, secret: appSecret, grant_type: 'authorization_code' };
    const answer =
      kind === 'miniprogram'
        ? await this.http.get('/sns/jscode2session', { ...app, js_code: code })
        : await this.http.get('/sns/oauth2/access_token', { ...app, code });
    const read = answer.kind === 'answered' ? answerSchema.safeParse(answer.body) : undefined;
    if (read?.success) return read.data;
    const why = answer.kind === 'unknown' ? answer.message : 'its answer has another shape';
    throw new Problem('WECHAT_UNAVAILABLE', `WeChat's login service gave no usable answer: ${why}.`, {
      retryAfterSeconds: 1,
    });
  }
}

function refusal(errcode: number, errmsg: string): Problem {
  const words = `WeChat says ${errcode}: ${errmsg}`;
  switch (errcode) {
    case 40029: // invalid, expired, or of another app
    case 40163: // used before
      return new Problem('LOGIN_CODE_INVALID', words);
    case 40226: // high-risk user
      return new Problem('LOGIN_BLOCKED', words);
    case 45011:
      return new Problem('LOGIN_TOO_OFTEN', words, { retryAfterSeconds: 60 });
    case 40013: // invalid appid
    case 40125: // invalid app secret
      return new Problem('WECHAT_CREDENTIALS_REFUSED', words);
    default:
      return new Problem('WECHAT_UNAVAILABLE', words, { retryAfterSeconds: 1 });
  }
}
