import { rejected, unknown, type Rejected, type Unknown } from '../wxpay/outcome.js';

/** "System busy": nothing was decided (protocol §3.1). */
const BUSY = -1;

/**
 * WeChat's no in an answer of api.weixin.qq.com, which comes with HTTP 200; success often leaves `errcode` out.
 * @returns undefined when the answer is none
 */
export function refusalIn(body: Readonly<Record<string, unknown>>): Rejected | Unknown | undefined {
  const { errcode, errmsg } = body;
  if (errcode === undefined || errcode === 0) return undefined;
  const words = typeof errmsg === 'string' ? errmsg : '';
  if (typeof errcode !== 'number')
    return unknown('UNREADABLE', "WeChat's answer has an errcode that is no number");
  if (errcode === BUSY) return unknown('SYSTEM_ERROR', `${errcode} ${words}`.trim());
  return rejected(String(errcode), words);
}
