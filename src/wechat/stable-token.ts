import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { accepted, unknown, type Outcome } from '../wxpay/outcome.js';
import type { WechatApp } from './wechat-app.js';
import { refusalIn } from './errcode.js';
import { WechatHttp } from './wechat.http.js';

export interface FetchedToken {
  token: string;
  expiresInSeconds: number;
}

/** WeChat reserves 512 characters and more; a lifetime beyond a day would be somebody else's answer. */
const answerSchema = z.object({
  access_token: z.string().min(1).max(4096),
  expires_in: z.int().min(1).max(86_400),
});

/** `POST /cgi-bin/stable_token` (protocol §3.2): unlike `/cgi-bin/token` it does not end the token others hold. */
@Injectable()
export class StableToken {
  constructor(private readonly http: WechatHttp) {}

  /** @param force ends the current token and makes another; WeChat allows that 20 times a day, 30 s apart */
  async fetch({ appId, appSecret }: WechatApp, force: boolean): Promise<Outcome<FetchedToken>> {
    const answer = await this.http.post(
      '/cgi-bin/stable_token',
      {},
      {
        grant_type: 'client_credential',
        appid: appId,
        secret: appSecret,
        ...(force && { force_refresh: true }),
      },
    );
    if (answer.kind === 'unknown') return answer;
    const refusal = refusalIn(answer.body);
    if (refusal !== undefined) return refusal;
    const read = answerSchema.safeParse(answer.body);
    if (!read.success) return unknown('UNREADABLE', "WeChat's answer has no access_token");
    return accepted({ token: read.data.access_token, expiresInSeconds: read.data.expires_in });
  }
}
