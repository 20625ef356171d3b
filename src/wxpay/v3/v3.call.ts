import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { Clock } from '../../common/time/clock.js';
import type { WxPayAnswer } from '../http-exchange.js';
import type { MerchantAccount } from '../merchant-accounts.js';
import { accepted, unknown, type Accepted, type Rejected, type Unknown } from '../outcome.js';
import { answerSignature, isFresh } from './v3.headers.js';
import { readJson } from './v3.json.js';
import { V3Keys, type NamedKey } from './v3.keys.js';
import { readRefusal } from './v3.refusal.js';
import { V3Request, type V3Question } from './v3.request.js';
import { verifyV3 } from './v3.signature.js';

/**
 * What is wrong with the request itself, although WeChat answers it with 500 (protocol §2.12). The same request never gets
 * another answer.
 */
const REFUSED_BY_500 = new Set(['OPENID_MISMATCH', 'INVALID_TRANSACTIONID']);

/** WeChat's refusal, and whether it bears a signature: refusals of malformed requests come without (protocol §2.2). */
export interface V3Rejected extends Rejected {
  status: number;
  signed: boolean;
}
export type V3Outcome<Value> = Accepted<Value> | V3Rejected | Unknown;

/** One request of API v3: signs, sends, verifies, and classifies the answer. */
@Injectable()
export class V3Call {
  constructor(
    private readonly request: V3Request,
    private readonly keys: V3Keys,
    private readonly clock: Clock,
  ) {}

  /**
   * @param answerSchema what the answer must have; fields beyond it are kept in `fields` where a caller reads them
   * @returns the parsed answer of a 200 or 204 that WeChat signed; unsigned it is nobody's word and therefore unknown
   */
  async send<Answer>(
    account: MerchantAccount,
    question: V3Question,
    answerSchema: z.ZodType<Answer>,
    key?: NamedKey,
  ): Promise<V3Outcome<Answer>> {
    const expected = key ?? (await this.keys.expected(account));
    const answer = await this.request.send(account, { ...question, wechatpaySerial: expected?.serial });
    return answer.kind === 'unknown' ? answer : this.judge(account, answer, answerSchema);
  }

  /** What an answer that came just now is worth; see `send`. */
  judge<Answer>(
    account: MerchantAccount,
    answer: WxPayAnswer,
    answerSchema: z.ZodType<Answer>,
  ): V3Outcome<Answer> {
    const trouble = this.distrust(account, answer);
    if (answer.status !== 200 && answer.status !== 204) return refusal(answer, trouble === undefined);
    if (trouble !== undefined) return unknown('UNVERIFIED', `WeChat Pay's answer ${trouble}`);
    const read = answerSchema.safeParse(answer.status === 204 ? {} : readJson(answer.body));
    if (!read.success) return unknown('UNREADABLE', "WeChat Pay's answer lacks what it must have");
    return accepted(read.data);
  }

  /** @returns why an answer is not to be believed; undefined when WeChat signed it just now */
  private distrust(account: MerchantAccount, answer: WxPayAnswer): string | undefined {
    const signature = answerSignature(answer.headers);
    if (signature === undefined) return 'is not signed';
    if (!isFresh(signature.timestamp, this.clock.now())) return 'is more than five minutes old or early';
    const key = this.keys.find(account, signature.serial);
    if (key === undefined) return `is signed with the unknown key ${signature.serial}`;
    return verifyV3(key, signature, answer.body) ? undefined : 'has a wrong signature';
  }
}

/**
 * What any other status means (protocol §2.12): 5xx and 429 leave open whether anything happened, 202 says that it is not
 * decided yet; other 4xx refuse for good. WeChat's code, words and Request-ID go to the operator: without them its support
 * cannot help.
 */
function refusal(answer: WxPayAnswer, signed: boolean): V3Outcome<never> {
  const { status } = answer;
  const { code, message } = readRefusal(answer);
  const words = [code, message].filter((each) => each !== '').join(' ');
  if (code === '' || status < 400)
    return unknown('HTTP_STATUS', `WeChat Pay answered with HTTP ${status} ${words}`.trimEnd());
  if (status === 429) return unknown('RATE_LIMITED', words);
  if (status >= 500 && !(signed && REFUSED_BY_500.has(code))) return unknown('SYSTEM_ERROR', words);
  return { kind: 'rejected', code, message, status, signed };
}
