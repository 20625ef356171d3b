import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { UnreadableXml, writeXml } from '../../common/xml.js';
import { accepted, rejected, unknown, type Outcome, type Unknown } from '../outcome.js';
import type { MerchantAccount } from '../merchant-accounts.js';
import { WxPayHttp, type WxPayAnswer } from '../wxpay.http.js';
import { signV2, verifyV2, type V2Fields } from './v2.signature.js';
import { readXml } from './v2.xml.js';

const XML = 'text/xml; charset=utf-8';
/** Business codes that say "outcome not certain, ask or repeat the same" (protocol §1.4–1.9). */
const UNCERTAIN_CODES = new Set(['SYSTEMERROR', 'SYSTEM_ERROR', 'BIZERR_NEED_RETRY', 'BANKERROR']);

/** One request of API v2: signs, sends, verifies, and classifies the answer. */
@Injectable()
export class V2Call {
  constructor(private readonly http: WxPayHttp) {}

  /** @returns the answer's fields when `return_code` and `result_code` are SUCCESS and the signature is right */
  async post(
    account: MerchantAccount,
    path: string,
    appId: string,
    fields: Record<string, string>,
  ): Promise<Outcome<V2Fields>> {
    return judge(account, appId, await this.http.post(path, XML, signedXml(account, appId, fields)));
  }

  /** The same over mutual TLS, for `/secapi/**`. */
  async postWithCertificate(
    account: MerchantAccount,
    path: string,
    appId: string,
    fields: Record<string, string>,
  ): Promise<Outcome<V2Fields>> {
    return judge(
      account,
      appId,
      await this.http.postWithCertificate(account.id, path, XML, signedXml(account, appId, fields)),
    );
  }
}

function signedXml(account: MerchantAccount, appId: string, fields: Record<string, string>): string {
  const { mchId, signType, apiKey } = account;
  const signed = new Map(
    Object.entries({ appid: appId, mch_id: mchId, nonce_str: nonce(), sign_type: signType, ...fields }),
  );
  signed.set('sign', signV2(signType, signed, apiKey));
  return writeXml(signed);
}

function judge(account: MerchantAccount, appId: string, answer: WxPayAnswer | Unknown): Outcome<V2Fields> {
  if (answer.kind === 'unknown') return answer;
  if (answer.status !== 200) return unknown('HTTP_STATUS', `WeChat Pay answered with HTTP ${answer.status}`);
  return classify(account, appId, answer.body);
}

/**
 * Judges an answer in the order WeChat prescribes (protocol §1.1): `return_code`, signature, `result_code`. Everything
 * that cannot be believed is unknown; only WeChat's own readable word rejects (DESIGN §6.7: a FAIL comes unsigned).
 */
export function classify(account: MerchantAccount, appId: string, body: Buffer): Outcome<V2Fields> {
  let fields: V2Fields;
  try {
    fields = readXml(body);
  } catch (error) {
    if (!(error instanceof UnreadableXml)) throw error;
    return unknown('UNREADABLE', `WeChat Pay's answer cannot be read: it ${error.message}`);
  }
  const returnCode = fields.get('return_code');
  if (returnCode === 'FAIL') return rejected('FAIL', fields.get('return_msg') ?? '');
  if (returnCode !== 'SUCCESS') return unknown('UNREADABLE', "WeChat Pay's answer has no return_code");
  if (!verifyV2(account.signType, fields, account.apiKey)) {
    return unknown('UNVERIFIED', "WeChat Pay's answer has a wrong signature");
  }
  if (fields.get('mch_id') !== account.mchId || fields.get('appid') !== appId) {
    return unknown('UNVERIFIED', "WeChat Pay's answer is about another merchant or app");
  }
  if (fields.get('result_code') === 'SUCCESS') return accepted(fields);
  const code = fields.get('err_code') ?? '';
  const message = fields.get('err_code_des') ?? '';
  if (code === '' || UNCERTAIN_CODES.has(code)) return unknown('SYSTEM_ERROR', `${code} ${message}`.trim());
  return rejected(code, message);
}

/** 32 random characters; WeChat wants every request and every client signature to differ (protocol §1.3). */
export function nonce(): string {
  return randomBytes(16).toString('hex');
}
