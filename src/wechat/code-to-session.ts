import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Problem } from '../common/http/problem.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { WechatHttp } from './wechat.http.js';

/** A mini-program of the shop. */
export interface WechatApp {
  appId: string;
  appSecret: string;
}

export interface WechatSession {
  openid: string;
  /** Never leaves the server (protocol §3.1). */
  sessionKey: string;
  unionid?: string;
}

const answerSchema = z.object({
  errcode: z.number().optional(),
  errmsg: z.string().optional(),
  openid: z.string().optional(),
  session_key: z.string().optional(),
  unionid: z.string().optional(),
});

/** Exchanges the code of `wx.login` for the buyer's openid (requirement A1). A code works once and for 5 minutes. */
@Injectable()
export class CodeToSession {
  constructor(
    private readonly http: WechatHttp,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** @throws Problem `LOGIN_CODE_INVALID`, `LOGIN_BLOCKED`, `LOGIN_TOO_OFTEN`, `WECHAT_CREDENTIALS_REFUSED` or `WECHAT_UNAVAILABLE` */
  async exchange(app: WechatApp, code: string): Promise<WechatSession> {
    const answer = await this.ask(app, code);
    if (answer.errcode !== undefined && answer.errcode !== 0)
      throw refusal(answer.errcode, answer.errmsg ?? '');
    if (!answer.openid || !answer.session_key) {
      throw new Problem('WECHAT_UNAVAILABLE', 'WeChat answered the login without an openid.', {
        retryAfterSeconds: 1,
      });
    }
    return {
      openid: answer.openid,
      sessionKey: answer.session_key,
      ...(answer.unionid && { unionid: answer.unionid }),
    };
  }

  private async ask({ appId, appSecret }: WechatApp, code: string): Promise<z.infer<typeof answerSchema>> {
    const answer = await this.http.get('/sns/jscode2session', {
      appid: appId,
      secret: appSecret,
      js_code: code,
      grant_type: 'authorization_code',
    });
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
