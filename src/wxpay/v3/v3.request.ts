import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/time/clock.js';
import type { WxPayAnswer } from '../http-exchange.js';
import type { MerchantAccount } from '../merchant-accounts.js';
import { nonce } from '../nonce.js';
import type { Unknown } from '../outcome.js';
import { WxPayHttp } from '../wxpay.http.js';
import { V3Credentials } from './v3.credentials.js';
import { authorization } from './v3.signature.js';

export interface V3Question {
  method: 'GET' | 'POST';
  /** Path and query as they go over the wire. */
  url: string;
  body?: object;
  /** Names the key WeChat shall answer with, and the one personal data is encrypted with (protocol §2.4). */
  wechatpaySerial?: string | undefined;
}

/** Sends one signed request of API v3. Whether the answer is to be believed is for the caller to find out. */
@Injectable()
export class V3Request {
  constructor(
    private readonly http: WxPayHttp,
    private readonly credentials: V3Credentials,
    private readonly clock: Clock,
  ) {}

  send(account: MerchantAccount, question: V3Question): Promise<WxPayAnswer | Unknown> {
    const { method, url } = question;
    // The same text is signed and sent: written twice it could differ (protocol §2.1).
    const body = question.body === undefined ? '' : JSON.stringify(question.body);
    return this.http.send({
      method,
      path: url,
      headers: { ...this.headers(account, method, url, body), ...serialHeader(question) },
      ...(body !== '' && { body }),
    });
  }

  /** What a signed request carries; bills are fetched with them by the streaming reader. */
  headers(account: MerchantAccount, method: string, url: string, body: string): Record<string, string> {
    const seconds = String(Math.floor(this.clock.now().getTime() / 1000));
    return {
      authorization: authorization(this.credentials.signer(account), { method, url, body }, seconds, nonce()),
      accept: 'application/json',
      'content-type': 'application/json',
    };
  }
}

function serialHeader({ wechatpaySerial }: V3Question): Record<string, string> {
  return wechatpaySerial === undefined ? {} : { 'wechatpay-serial': wechatpaySerial };
}
