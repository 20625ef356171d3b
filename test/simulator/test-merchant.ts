import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { Agent, request } from 'undici';
import { Formatter, Hash, Transformer } from 'wechatpay-axios-plugin';
import { startSimulator, type Simulator } from '../../simulator/simulator.js';
import { giveWeChatKeys } from '../support/wechat-keys.js';

export type Fields = Record<string, string>;
export type Json = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any -- answers are asserted field by field

/** Answers of a merchant to a notification. */
export const SUCCESS =
  '<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>';
export const FAIL = '<xml><return_code>FAIL</return_code></xml>';

export interface Received {
  path: string;
  headers: NodeJS.Dict<string | string[]>;
  body: string;
  fields: Fields;
}

/** A merchant backend of a few lines and the simulator it talks to, both on free ports. */
export class TestMerchant {
  readonly received: Received[] = [];
  /** What the merchant answers to notifications; status 0: nothing. */
  reply: { status: number; body: string; headers?: Record<string, string> } = { status: 200, body: SUCCESS };
  env: Fields = {};
  private readonly server: Server;
  private plain: Agent | undefined;
  private withCertificate: Agent | undefined;
  private count = 0;

  private constructor(
    public simulator: Simulator,
    readonly dir: string,
  ) {
    this.server = createServer((incoming, answer) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        this.received.push({
          path: incoming.url ?? '',
          headers: incoming.headers,
          body,
          fields: parse(body),
        });
        if (this.reply.status === 0) return; // never answers
        answer
          .writeHead(this.reply.status, { 'content-type': 'text/xml', ...this.reply.headers })
          .end(this.reply.body);
      });
    });
  }

  static async start(): Promise<TestMerchant> {
    const dir = await mkdtemp(join(tmpdir(), 'simulator-test-'));
    await giveWeChatKeys(dir);
    const merchant = new TestMerchant(await startSimulator({ dir, port: 0, tlsPort: 0 }), dir);
    await new Promise<void>((listening) => merchant.server.listen(0, '127.0.0.1', listening));
    await merchant.readMaterial();
    return merchant;
  }

  get notifyUrl(): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/notify`;
  }

  async restartSimulator(): Promise<void> {
    await this.simulator.close();
    this.simulator = await startSimulator({ dir: this.dir, port: 0, tlsPort: 0 });
    await this.readMaterial();
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await Promise.all([this.plain?.destroy(), this.withCertificate?.destroy(), this.simulator.close()]);
    await rm(this.dir, { recursive: true });
  }

  /** A V2 call, signed unless `fields.sign` is given; the answer's signature is checked. */
  async call(path: string, fields: Fields, options: { certificate?: boolean } = {}): Promise<Fields> {
    const xml = Transformer.toXml(this.signed(fields));
    const { text } = await this.post(path, xml, options);
    const answer = parse(text);
    if (answer['return_code'] === 'SUCCESS' && !this.isSigned(answer, fields['sign_type'])) {
      throw new Error(`wrong signature: ${text}`);
    }
    return answer;
  }

  /** The same, or anything else, without checking anything. */
  async post(path: string, body: string | Buffer, options: { certificate?: boolean } = {}) {
    const { status, text } = await this.send('POST', path, { body, ...options });
    return { status, text };
  }

  /** Exactly this request to WeChat, and what came back. */
  async send(
    method: 'GET' | 'POST',
    path: string,
    options: { body?: string | Buffer; headers?: Fields; certificate?: boolean },
  ) {
    const dispatcher = options.certificate ? this.withCertificate : this.plain;
    const answer = await request(this.simulator.tlsUrl + path, {
      method,
      ...(options.body !== undefined && { body: options.body }),
      ...(options.headers && { headers: options.headers }),
      ...(dispatcher && { dispatcher }),
    });
    const bytes = Buffer.from(await answer.body.arrayBuffer());
    return {
      status: answer.statusCode,
      headers: answer.headers as Fields,
      text: bytes.toString(),
      bytes,
    };
  }

  async get(path: string): Promise<Json> {
    const answer = await request(this.simulator.tlsUrl + path, {
      ...(this.plain && { dispatcher: this.plain }),
    });
    return (await answer.body.json()) as Json;
  }

  /** A control route; `body` makes it a POST. */
  async control(path: string, body?: unknown, method = body === undefined ? 'GET' : 'POST'): Promise<Json> {
    const answer = await request(this.simulator.controlUrl + path, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    return { httpStatus: answer.statusCode, ...((await answer.body.json()) as Json) };
  }

  signed(fields: Fields): Fields {
    const type = fields['sign_type'] === 'HMAC-SHA256' ? 'HMAC-SHA256' : 'MD5';
    const all = {
      appid: this.env['WXPAY_APP_ID'] ?? '',
      mch_id: this.env['WXPAY_MCH_ID'] ?? '',
      nonce_str: Formatter.nonce(32),
      ...fields,
    };
    return { sign: Hash.sign(type, all, this.env['WXPAY_API_KEY'] ?? ''), ...all };
  }

  isSigned(fields: Fields, signType = 'MD5'): boolean {
    return fields['sign'] === Hash.sign(signType as 'MD5', fields, this.env['WXPAY_API_KEY'] ?? '');
  }

  /** Fields of a JSAPI order of 1 yuan by a user who has just logged in. */
  async order(changes: Fields = {}): Promise<Fields> {
    const { openid } = await this.control('/_sim/login-code', {});
    this.count += 1;
    return {
      body: '一双袜子 & <socks>',
      out_trade_no: `T${Date.now()}${this.count}`,
      total_fee: '100',
      spbill_create_ip: '203.0.113.7',
      notify_url: this.notifyUrl,
      trade_type: 'JSAPI',
      openid: String(openid),
      ...changes,
    };
  }

  /** An accepted order. */
  async prepay(changes: Fields = {}): Promise<{ fields: Fields; prepayId: string; outTradeNo: string }> {
    const fields = await this.order(changes);
    const answer = await this.call('/pay/unifiedorder', fields);
    const prepayId = answer['prepay_id'];
    if (!prepayId) throw new Error(JSON.stringify(answer));
    return { fields, prepayId, outTradeNo: fields['out_trade_no'] ?? '' };
  }

  /** The only notification about an order, once it has at least so many attempts. */
  async notification(outTradeNo: string, attempts = 1, kind = 'payment'): Promise<Json> {
    for (let tries = 0; tries < 500; tries += 1) {
      const { items } = await this.control(`/_sim/notifications?outTradeNo=${outTradeNo}&kind=${kind}`);
      if (items[0]?.attempts.length >= attempts) return items[0];
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`no ${attempts} attempts for ${outTradeNo}`);
  }

  private async readMaterial(): Promise<void> {
    this.env = parseEnv(await readFile(join(this.dir, 'merchant.env'), 'utf8')) as Fields;
    const file = (name: string): Promise<Buffer> => readFile(this.env[name] ?? '');
    const ca = await file('WXPAY_CA_PATH');
    await Promise.all([this.plain?.destroy(), this.withCertificate?.destroy()]);
    this.plain = new Agent({ connect: { ca } });
    this.withCertificate = new Agent({
      connect: { ca, cert: await file('WXPAY_CERT_PATH'), key: await file('WXPAY_KEY_PATH') },
    });
  }
}

function parse(xml: string): Fields {
  if (!xml.startsWith('<')) return {};
  return (Transformer.toObject(xml) ?? {}) as Fields;
}
