import { Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { UnreadableXml } from '../../common/xml.js';
import { keepBill, isGzip, BillDamaged, type BillOutcome, type BillRequest } from '../bill.js';
import type { WxPayAnswer } from '../http-exchange.js';
import type { MerchantAccount } from '../merchant-accounts.js';
import { accepted, rejected, unknown } from '../outcome.js';
import { WxPayHttp } from '../wxpay.http.js';
import { signedXml, xmlRequest } from './v2.call.js';
import { V2SigningKeys } from './v2.signing-keys.js';
import { readXml } from './v2.xml.js';

const MAX_FAILURE_BYTES = 64 * 1024;
const LESS_THAN = 0x3c;

/** Bills of API v2 (protocol §1.10): the file itself, or XML that says why there is none. */
@Injectable()
export class V2Bills {
  constructor(
    private readonly http: WxPayHttp,
    private readonly keys: V2SigningKeys,
  ) {}

  download(account: MerchantAccount, { kind, date }: BillRequest): Promise<BillOutcome> {
    const common = { bill_date: date.replaceAll('-', ''), tar_type: 'GZIP' };
    return this.keys.sign<BillOutcome>(account, (apiKey) => {
      if (kind === 'TRADE') {
        const body = signedXml(account, apiKey, account.appId, { ...common, bill_type: 'ALL' });
        return this.http.stream(xmlRequest('/pay/downloadbill', body), keep);
      }
      // Fund flow knows one algorithm only and wants the certificate.
      const hmac = { ...account, signType: 'HMAC-SHA256' as const };
      const body = signedXml(hmac, apiKey, account.appId, { ...common, account_type: 'Basic' });
      return this.http.stream(xmlRequest('/pay/downloadfundflow', body), keep, account.id);
    });
  }
}

async function keep(
  status: number,
  body: Readable,
  { digest }: WxPayAnswer['headers'],
): Promise<BillOutcome> {
  if (status !== 200) {
    body.resume();
    return unknown('HTTP_STATUS', `WeChat Pay answered with HTTP ${status}`);
  }
  const start = await firstBytes(body);
  if (start[0] === LESS_THAN) return failure(await text(body));
  try {
    // Only fund flow has one, and it is over the uncompressed file; the trade bill proves itself by its totals.
    const sha1 = /^SHA=([0-9a-f]{40})$/i.exec(String(digest))?.[1];
    return accepted(await keepBill(body, { gzip: isGzip(start), ...(sha1 !== undefined && { sha1 }) }));
  } catch (error) {
    if (!(error instanceof BillDamaged)) throw error;
    return unknown('UNREADABLE', `the bill cannot be read: ${error.message}`);
  }
}

/** Looks at the beginning without taking it away. */
async function firstBytes(body: Readable): Promise<Buffer> {
  for (;;) {
    const chunk = body.read() as Buffer | null;
    if (chunk !== null) {
      body.unshift(chunk);
      return chunk;
    }
    if (body.readableEnded) return Buffer.alloc(0);
    await new Promise<void>((resolve, reject) => {
      const done = (error?: Error | null): void => {
        for (const event of ['readable', 'end', 'error']) body.off(event, done);
        if (error instanceof Error) reject(error);
        else resolve();
      };
      for (const event of ['readable', 'end', 'error']) body.on(event, done);
    });
  }
}

async function text(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_FAILURE_BYTES) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function failure(xml: Buffer): BillOutcome {
  try {
    const fields = readXml(xml);
    const code = fields.get('error_code') ?? fields.get('err_code') ?? 'FAIL';
    const message = fields.get('return_msg') ?? fields.get('err_code_des') ?? '';
    // The documents spell it "NO Bill Exist", WeChat "No Bill Exist".
    if (/no.?bill.?exist/i.test(`${code} ${message}`)) return { kind: 'none' };
    if (/bill.?creating/i.test(`${code} ${message}`)) return { kind: 'later', message };
    return rejected(code, message);
  } catch (error) {
    if (!(error instanceof UnreadableXml)) throw error;
    return unknown('UNREADABLE', `WeChat Pay's answer cannot be read: it ${error.message}`);
  }
}
