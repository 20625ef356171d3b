import { randomInt } from 'node:crypto';
import { request } from 'node:http';
import { Formatter, Hash } from 'wechatpay-axios-plugin';
import type { System } from './system.js';

export type NoticeFields = Record<string, string>;
type SignType = 'MD5' | 'HMAC-SHA256';

/** Payment notifications made by hand. Signed by a library that shares no line with `src/`, so one mistake cannot hide another. */
export function paidNotice(system: System, fields: NoticeFields): NoticeFields {
  return {
    return_code: 'SUCCESS',
    return_msg: 'OK',
    appid: system.env['WXPAY_APP_ID'] ?? '',
    mch_id: system.env['WXPAY_MCH_ID'] ?? '',
    nonce_str: Formatter.nonce(32),
    result_code: 'SUCCESS',
    openid: 'oHandmade',
    trade_type: 'JSAPI',
    bank_type: 'OTHERS',
    fee_type: 'CNY',
    transaction_id: newTransactionId(),
    time_end: '20261121200500',
    ...fields,
  };
}

export function newTransactionId(): string {
  return `4200${Array.from({ length: 24 }, () => randomInt(10)).join('')}`;
}

/** The fields with their signature, as only somebody with the key can make it. */
export function signed(
  system: System,
  fields: NoticeFields,
  { type = 'MD5', key = system.env['WXPAY_API_KEY'] ?? '' }: { type?: SignType; key?: string } = {},
): NoticeFields {
  return { ...fields, sign: Hash.sign(type, fields, key) };
}

export function xml(fields: NoticeFields): string {
  const body = Object.entries(fields).map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`);
  return `<xml>${body.join('')}</xml>`;
}

export interface NoticeAnswer {
  status: number;
  contentType: string;
  body: string;
}

export const SUCCESS = '<xml><return_code><![CDATA[SUCCESS]]></return_code>';
export const FAIL = '<xml><return_code><![CDATA[FAIL]]></return_code>';

/** Posts exactly these bytes with exactly these headers (`fetch` would add and refuse some). */
export function post(
  system: System,
  body: string | Buffer,
  {
    path = '/notify/wxpay/default/payment',
    headers = { 'content-type': 'text/xml' },
  }: { path?: string; headers?: Record<string, string> } = {},
): Promise<NoticeAnswer> {
  return new Promise((resolve, reject) => {
    const bytes = Buffer.from(body);
    const outgoing = request(
      system.url + path,
      { method: 'POST', agent: false, headers: { ...headers, 'content-length': String(bytes.length) } },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            contentType: answer.headers['content-type'] ?? '',
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(bytes);
  });
}
