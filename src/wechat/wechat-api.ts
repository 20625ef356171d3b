import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { accepted, unknown, type Outcome } from '../wxpay/outcome.js';
import type { AppApi } from '../wxpay/v1/app-api.js';
import { AccessTokenService } from './access-token.service.js';
import type { WechatApp } from './wechat-app.js';
import { refusalIn } from './errcode.js';
import { WechatHttp } from './wechat.http.js';

/** Invalid or not the newest, malformed, expired (protocol §3.2): the token is at fault and nothing was done. */
const TOKEN_CODES = new Set(['40001', '40014', '42001']);

/** Calls of api.weixin.qq.com that need the access_token. */
@Injectable()
export class WechatApi implements AppApi {
  constructor(
    private readonly tokens: AccessTokenService,
    private readonly http: WechatHttp,
  ) {}

  /**
   * Posts JSON with the access_token. A token that WeChat refuses is given up, and the call is made once more with the
   * next one. Never throws for what WeChat does.
   * @param app whose token; the mini-program's, unless another is named
   * @returns accepted with the answer in the schema's shape; rejected with WeChat's errcode as `code`; unknown when
   * WeChat may or may not have acted, or when no token could be had
   */
  async post<Schema extends z.ZodType>(
    path: string,
    body: object,
    schema: Schema,
    app?: WechatApp,
  ): Promise<Outcome<z.infer<Schema>>> {
    const first = await this.once(path, body, schema, app);
    return first.kind === 'token' ? this.withoutToken(await this.once(path, body, schema, app)) : first;
  }

  private async once<Schema extends z.ZodType>(
    path: string,
    body: object,
    schema: Schema,
    app: WechatApp | undefined,
  ): Promise<Outcome<z.infer<Schema>> | TokenRefused> {
    const token = await this.tokens.get(app);
    if (token.kind !== 'accepted') return token;
    const answer = await this.http.post(path, { access_token: token.value.token }, body);
    if (answer.kind === 'unknown') return answer;
    const refusal = refusalIn(answer.body);
    if (refusal?.kind === 'rejected' && TOKEN_CODES.has(refusal.code)) {
      await this.tokens.refuse(token.value);
      return { kind: 'token', words: `${refusal.code} ${refusal.message}` };
    }
    if (refusal !== undefined) return refusal;
    const read = schema.safeParse(answer.body);
    return read.success
      ? accepted(read.data)
      : unknown('UNREADABLE', "WeChat's answer has another shape than documented");
  }

  private withoutToken<Value>(outcome: Outcome<Value> | TokenRefused): Outcome<Value> {
    if (outcome.kind !== 'token') return outcome;
    return unknown('SYSTEM_ERROR', `WeChat refuses a fresh access_token: ${outcome.words}`);
  }
}

interface TokenRefused {
  kind: 'token';
  words: string;
}
