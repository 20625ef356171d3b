import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Clock } from '../../common/time/clock.js';
import type { WxPayAnswer } from '../http-exchange.js';
import type { MerchantAccount } from '../merchant-accounts.js';
import { accepted, unknown, type Accepted, type Rejected, type Unknown } from '../outcome.js';
import { answerSignature, isFresh } from './v3.headers.js';
import { V3Keys, type NamedKey } from './v3.keys.js';
import { V3Request, type V3Question } from './v3.request.js';
import { verifyV3 } from './v3.signature.js';

const errorSchema = z.object({
  code: z.string().min(1),
  message: z.string().default(''),
  detail: z
    .object({ field: z.string().optional(), issue: z.string().optional() })
    .optional()
    .catch(undefined),
});

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
   * @returns the parsed answer of a 2xx that WeChat signed; an unsigned 2xx is nobody's word and therefore unknown
   */
  async send<Answer>(
    account: MerchantAccount,
    question: V3Question,
    answerSchema: z.ZodType<Answer>,
    key?: NamedKey,
  ): Promise<V3Outcome<Answer>> {
    const expected = key ?? (await this.keys.expected(account));
    const answer = await this.request.send(account, { ...question, wechatpaySerial: expected?.serial });
    if (answer.kind === 'unknown') return answer;
    const trouble = this.distrust(account, answer);
    if (answer.status < 200 || answer.status > 299) return refusal(answer, trouble === undefined);
    if (trouble !== undefined) return unknown('UNVERIFIED', `WeChat Pay's answer ${trouble}`);
    const read = answerSchema.safeParse(answer.status === 204 ? {} : readJson(answer.body));
    if (!read.success)
      return unknown('UNREADABLE', `WeChat Pay's answer to ${question.url} lacks what it must have`);
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
 * What an error status means (protocol §2.12): 5xx and 429 leave open whether anything happened; other 4xx refuse for
 * good. WeChat's code, words and Request-ID go to the operator: without them its support cannot help.
 */
function refusal(answer: WxPayAnswer, signed: boolean): V3Outcome<never> {
  const { status } = answer;
  const error = errorSchema.safeParse(readJson(answer.body));
  const requestId = answer.headers['request-id'];
  const trace = typeof requestId === 'string' ? ` (Request-ID ${requestId})` : '';
  if (!error.success) return unknown('HTTP_STATUS', `WeChat Pay answered with HTTP ${status}${trace}`);
  const { code, detail } = error.data;
  const field = [detail?.field, detail?.issue].filter((each) => each !== undefined).join(' ');
  const message = `${error.data.message}${field === '' ? '' : ` [${field}]`}${trace}`;
  if (status >= 500 || status === 429) {
    return unknown(status === 429 ? 'RATE_LIMITED' : 'SYSTEM_ERROR', `${code} ${message}`.trim());
  }
  return { kind: 'rejected', code, message, status, signed };
}

function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString()) as unknown;
  } catch {
    return undefined;
  }
}
