import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { Agent, request } from 'undici';
import { z } from 'zod';
import { certificateAuthorities } from '../../common/certificate-authorities.js';
import { Clock } from '../../common/time/clock.js';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { feieContent } from './feie.content.js';
import { CloudRefused, CloudSilent, type PrinterCloud } from './printer-cloud.js';
import type { Ticket } from './ticket.js';

const answerSchema = z.object({ ret: z.number(), msg: z.string(), data: z.unknown() });

/** Feie's open API (protocol §5.1): a form with a signature of user, key and time; the answer is JSON with `ret`. */
@Injectable()
export class FeieCloud implements PrinterCloud, OnApplicationShutdown {
  private readonly agent: Agent;
  private readonly timeoutMs: number;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly clock: Clock,
  ) {
    const { caPath, timeoutMs } = settings.wxpay;
    const ca = certificateAuthorities(caPath);
    this.timeoutMs = timeoutMs;
    this.agent = new Agent({
      connections: 8,
      connect: {
        timeout: Math.min(3000, timeoutMs),
        secureContext: createSecureContext({ ...(ca && { ca }) }),
      },
    });
  }

  async print(sn: string, ticket: Ticket, copies: number): Promise<string> {
    const fields = { sn, content: feieContent(ticket), times: String(copies) };
    return this.call('Open_printMsg', fields, z.string().min(1));
  }

  async isPrinted(printNo: string): Promise<boolean> {
    return this.call('Open_queryOrderState', { orderid: printNo }, z.boolean());
  }

  async takenOn(sn: string, date: string): Promise<number> {
    const counts = z.object({ print: z.coerce.number().int(), waiting: z.coerce.number().int() });
    const { print, waiting } = await this.call('Open_queryOrderInfoByDate', { sn, date }, counts);
    return print + waiting;
  }

  async status(sn: string): Promise<string> {
    return this.call('Open_queryPrinterStatus', { sn }, z.string());
  }

  async onApplicationShutdown(): Promise<void> {
    await this.agent.close();
  }

  private async call<Data>(
    apiname: string,
    fields: Record<string, string>,
    data: z.ZodType<Data>,
  ): Promise<Data> {
    const { feie } = this.settings;
    if (feie === undefined) throw new CloudRefused('NO_ACCOUNT', 'FEIE_USER and FEIE_UKEY are not set');
    const { user, ukey, baseUrl } = feie;
    const stime = String(Math.floor(this.clock.now().getTime() / 1000));
    const sig = createHash('sha1')
      .update(user + ukey + stime)
      .digest('hex');
    const form = new URLSearchParams({ user, stime, sig, apiname, ...fields });
    const answer = await this.post(new URL('/Api/Open/', baseUrl), form.toString());
    if (answer.ret !== 0) throw new CloudRefused(`FEIE_${answer.ret}`, answer.msg);
    const read = data.safeParse(answer.data);
    if (!read.success) throw new CloudSilent(`the answer to ${apiname} is not understood`);
    return read.data;
  }

  private async post(url: URL, body: string): Promise<z.infer<typeof answerSchema>> {
    try {
      const answer = await request(url, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
        body,
        dispatcher: this.agent,
        signal: AbortSignal.timeout(this.timeoutMs),
      });
      return answerSchema.parse(await answer.body.json());
    } catch (error) {
      throw new CloudSilent(`the printer cloud gave no usable answer (${(error as Error).name})`);
    }
  }
}
