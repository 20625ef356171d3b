import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { createSecureContext } from 'node:tls';
import { Agent, request } from 'undici';
import { z } from 'zod';
import { certificateAuthorities } from '../common/certificate-authorities.js';
import { Problem } from '../common/http/problem.js';
import { SETTINGS, type Settings } from '../config/settings.js';

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
export class CodeToSession implements OnApplicationShutdown {
  private readonly agent: Agent;

  constructor(@Inject(SETTINGS) private readonly settings: Settings) {
    const { caPath, timeoutMs } = settings.wxpay;
    const ca = certificateAuthorities(caPath);
    this.agent = new Agent({
      connections: 16,
      connect: {
        timeout: Math.min(3000, timeoutMs),
        secureContext: createSecureContext({ ...(ca && { ca }) }),
      },
    });
  }

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

  async onApplicationShutdown(): Promise<void> {
    await this.agent.close();
  }

  private async ask({ appId, appSecret }: WechatApp, code: string): Promise<z.infer<typeof answerSchema>> {
    const url = new URL('/sns/jscode2session', this.settings.wechat.baseUrl);
    url.search = new URLSearchParams({
      appid: appId,
      secret: appSecret,
      js_code: code,
      grant_type: 'authorization_code',
    }).toString();
    try {
      const answer = await request(url, {
        dispatcher: this.agent,
        signal: AbortSignal.timeout(this.settings.wxpay.timeoutMs),
      });
      return answerSchema.parse(await answer.body.json());
    } catch (error) {
      // The URL carries the app secret, so only the kind of failure is kept.
      const kind = error instanceof Error ? error.name : 'unknown';
      throw new Problem('WECHAT_UNAVAILABLE', `WeChat's login service gave no usable answer (${kind}).`, {
        retryAfterSeconds: 1,
      });
    }
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
