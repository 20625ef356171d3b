import { Injectable } from '@nestjs/common';
import { UnreadableXml, writeXml } from '../../common/xml.js';
import { accepted, rejected, unknown, type Outcome, type Unknown } from '../outcome.js';
import type { WxPayAnswer, WxPayHttpRequest } from '../http-exchange.js';
import type { MerchantAccount } from '../merchant-accounts.js';
import { nonce } from '../nonce.js';
import { WxPayHttp } from '../wxpay.http.js';
import { signV2, verifyV2, type V2Fields } from './v2.signature.js';
import { V2SigningKeys } from './v2.signing-keys.js';
import { readXml } from './v2.xml.js';

/** Business codes that say "outcome not certain, ask or repeat the same" (protocol §1.4–1.9). */
const UNCERTAIN_CODES = new Set(['SYSTEMERROR', 'SYSTEM_ERROR', 'BIZERR_NEED_RETRY', 'BANKERROR']);

/** One request of API v2: signs, sends, verifies, and classifies the answer. */
@Injectable()
export class V2Call {
  constructor(
    private readonly http: WxPayHttp,
    private readonly keys: V2SigningKeys,
  ) {}

  /** @returns the answer's fields when `return_code` and `result_code` are SUCCESS and the signature is right */
  post(
    account: MerchantAccount,
    path: string,
    appId: string,
    fields: Record<string, string>,
  ): Promise<Outcome<V2Fields>> {
    return this.ask(account, appId, fields, (body) => this.http.send(xmlRequest(path, body)));
  }

  /** The same over mutual TLS, for `/secapi/**`. */
  postWithCertificate(
    account: MerchantAccount,
    path: string,
    appId: string,
    fields: Record<string, string>,
  ): Promise<Outcome<V2Fields>> {
    return this.ask(account, appId, fields, (body) =>
      this.http.sendWithCertificate(account.id, xmlRequest(path, body)),
    );
  }

  private ask(
    account: MerchantAccount,
    appId: string,
    fields: Record<string, string>,
    send: (body: string) => Promise<WxPayAnswer | Unknown>,
  ): Promise<Outcome<V2Fields>> {
    return this.keys.sign(account, async (key) =>
      judge(account, appId, await send(signedXml(account, key, appId, fields))),
    );
  }
}

export function xmlRequest(path: string, body: string): WxPayHttpRequest {
  return { method: 'POST', path, headers: { 'content-type': 'text/xml; charset=utf-8' }, body };
}

/** A signed request as XML. */
export function signedXml(
  { mchId, signType }: MerchantAccount,
  apiKey: string,
  appId: string,
  fields: Record<string, string>,
): string {
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
  if (!verifyV2(account.signType, fields, account.apiKeys)) {
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
