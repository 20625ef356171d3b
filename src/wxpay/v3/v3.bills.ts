import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { BillDamaged, keepBill, type Bill, type BillOutcome, type BillRequest } from '../bill.js';
import type { MerchantAccount } from '../merchant-accounts.js';
import { accepted, rejected, unknown, type Outcome } from '../outcome.js';
import { WxPayHttp } from '../wxpay.http.js';
import { V3Call } from './v3.call.js';
import { V3Request } from './v3.request.js';

const DOWNLOAD_PATH = '/v3/billdownload/file';
const ticketSchema = z.object({
  hash_type: z.literal('SHA1'),
  hash_value: z.string().regex(/^[0-9a-fA-F]{40}$/),
  download_url: z.url(),
});

/** Bills of API v3 (protocol §2.10): first a signed ticket with hash and address, then the unsigned file. */
@Injectable()
export class V3Bills {
  private readonly hosts: ReadonlySet<string>;

  constructor(
    private readonly call: V3Call,
    private readonly request: V3Request,
    private readonly http: WxPayHttp,
    @Inject(SETTINGS) settings: Settings,
  ) {
    const { baseUrl, backupUrl } = settings.wxpay;
    this.hosts = new Set([baseUrl, backupUrl].map((url) => new URL(url).host));
  }

  async download(account: MerchantAccount, { kind, date }: BillRequest): Promise<BillOutcome> {
    const url =
      kind === 'TRADE'
        ? `/v3/bill/tradebill?bill_date=${date}&bill_type=ALL&tar_type=GZIP`
        : `/v3/bill/fundflowbill?bill_date=${date}&account_type=BASIC&tar_type=GZIP`;
    const ticket = await this.call.send(account, { method: 'GET', url }, ticketSchema);
    if (ticket.kind === 'rejected') {
      if (ticket.code === 'NO_STATEMENT_EXIST') return { kind: 'none' };
      if (ticket.code === 'STATEMENT_CREATING') return { kind: 'later', message: ticket.message };
    }
    if (ticket.kind !== 'accepted') return ticket;
    const target = new URL(ticket.value.download_url);
    // The request carries our signature: it goes to WeChat's host and to the download path, whatever the ticket says.
    if (!this.hosts.has(target.host) || target.pathname !== DOWNLOAD_PATH)
      return rejected(
        'FOREIGN_DOWNLOAD_URL',
        `the bill lies at ${target.host}${target.pathname}, which is not WeChat Pay's`,
      );
    return this.fetch(account, `${target.pathname}${target.search}`, ticket.value.hash_value);
  }

  private fetch(account: MerchantAccount, path: string, sha1: string): Promise<Outcome<Bill>> {
    const headers = this.request.headers(account, 'GET', path, '');
    return this.http.stream({ method: 'GET', path, headers }, async (status, body) => {
      if (status !== 200) {
        body.resume();
        return unknown('HTTP_STATUS', `the bill's download answers HTTP ${status}`);
      }
      try {
        return accepted(await keepBill(body, { gzip: true, sha1 }));
      } catch (error) {
        if (!(error instanceof BillDamaged)) throw error;
        return unknown('UNVERIFIED', `the bill is not what WeChat announced: ${error.message}`);
      }
    });
  }
}
