import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Aes, Formatter, Rsa } from 'wechatpay-axios-plugin';
import type { Fields, Json, Received, TestMerchant } from './test-merchant.js';

export interface V3Answer {
  status: number;
  headers: Fields;
  text: string;
  json: Json;
}

/** What a request says that a test wants to say otherwise. */
export interface V3Changes {
  mchid?: string;
  serial?: string;
  /** Seconds added to now. */
  age?: number;
  /** Appended to what is signed, so that the signature is of something else. */
  forgery?: string;
  headers?: Fields;
}

let count = 0;

/** The same merchant speaking API v3. */
export class V3Merchant {
  private constructor(
    private readonly merchant: TestMerchant,
    private readonly env: Fields,
    private readonly privateKey: string,
    readonly serial: string,
    /** Public keys by the name WeChat signs under. */
    readonly keys: Record<string, string>,
  ) {}

  /** With the material of `dir`, the first account's by default. */
  static async of(merchant: TestMerchant, env: Fields = merchant.env): Promise<V3Merchant> {
    const file = (name: string): Promise<string> => readFile(env[name] ?? '', 'utf8');
    const platform = await readFile(join(env['WXPAY_CERT_PATH'] ?? '', '../platform_cert.pem'), 'utf8');
    const keys = {
      [env['WXPAY_PUBLIC_KEY_ID'] ?? '']: await file('WXPAY_PUBLIC_KEY_PATH'),
      [new X509Certificate(platform).serialNumber]: platform,
    };
    const serial = new X509Certificate(await file('WXPAY_CERT_PATH')).serialNumber;
    return new V3Merchant(merchant, env, await file('WXPAY_KEY_PATH'), serial, keys);
  }

  get mchId(): string {
    return this.env['WXPAY_MCH_ID'] ?? '';
  }

  get publicKeyId(): string {
    return this.env['WXPAY_PUBLIC_KEY_ID'] ?? '';
  }

  get platformSerial(): string {
    return Object.keys(this.keys)[1] ?? '';
  }

  /** Signed; the answer's signature is checked when it is a success. */
  async call(
    method: 'GET' | 'POST',
    url: string,
    body?: unknown,
    changes: V3Changes = {},
  ): Promise<V3Answer> {
    const answer = await this.raw(method, url, body, changes);
    if (answer.status < 300 && !this.isSigned(answer.headers, answer.text))
      throw new Error(`wrong signature: ${JSON.stringify(answer)}`);
    return answer;
  }

  async raw(method: 'GET' | 'POST', url: string, body?: unknown, changes: V3Changes = {}): Promise<V3Answer> {
    const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
    const {
      status,
      headers,
      text: answer,
    } = await this.merchant.send(method, url, {
      ...(text && { body: text }),
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        'user-agent': 'test',
        authorization: await this.authorization(method, url, text, changes),
        'wechatpay-serial': this.publicKeyId,
        ...changes.headers,
      },
    });
    return {
      status,
      headers,
      text: answer,
      json: answer.startsWith('{') ? (JSON.parse(answer) as Json) : {},
    };
  }

  async authorization(method: string, url: string, body: string, changes: V3Changes = {}): Promise<string> {
    const { now } = await this.merchant.control('/_sim/clock');
    const timestamp = Math.floor(Date.parse(now as string) / 1000) + (changes.age ?? 0);
    const nonce = Formatter.nonce();
    const message = Formatter.request(method, url, timestamp, nonce, body) + (changes.forgery ?? '');
    const signature = Rsa.sign(message, this.privateKey);
    return Formatter.authorization(
      changes.mchid ?? this.mchId,
      nonce,
      signature,
      timestamp,
      changes.serial ?? this.serial,
    );
  }

  /** Whether these headers prove that WeChat sent this body. */
  isSigned(headers: NodeJS.Dict<string | string[]>, body: string): boolean {
    const header = (name: string): string => String(headers[`wechatpay-${name}`]);
    const key = this.keys[header('serial')];
    if (key === undefined || header('signature').startsWith('WECHATPAY/SIGNTEST/')) return false;
    return Rsa.verify(
      Formatter.response(header('timestamp'), header('nonce'), body),
      header('signature'),
      key,
    );
  }

  /** The event of a notification, its resource decrypted. */
  open({ body }: Pick<Received, 'body'>): { event: Json; resource: Json } {
    const event = JSON.parse(body) as Json;
    const { ciphertext, nonce, associated_data } = event['resource'];
    const key = this.env['WXPAY_API_V3_KEY'] ?? '';
    return {
      event,
      resource: JSON.parse(Aes.AesGcm.decrypt(ciphertext, key, nonce, associated_data)) as Json,
    };
  }

  /** The lines a client gets, signed. */
  sign(...lines: string[]): string {
    return Rsa.sign(Formatter.joinedByLineFeed(...lines), this.privateKey);
  }

  /** A JSAPI order of 1 yuan by a user who has just logged in; without a payer for the other ways. */
  async order(changes: Json = {}, way = 'jsapi'): Promise<Json> {
    count += 1;
    const appid = this.env[way === 'app' ? 'WXPAY_APP_APP_ID' : 'WXPAY_APP_ID'] ?? '';
    const { openid } = await this.merchant.control('/_sim/login-code', { appId: appid });
    return {
      appid,
      mchid: this.mchId,
      description: '一双袜子 & <socks>',
      out_trade_no: `V${Date.now()}${count}`,
      notify_url: this.merchant.notifyUrl,
      amount: { total: 100, currency: 'CNY' },
      ...(way === 'jsapi' && { payer: { openid } }),
      ...(way === 'h5' && { scene_info: { payer_client_ip: '203.0.113.7', h5_info: { type: 'Wap' } } }),
      ...changes,
    };
  }

  /** An accepted order. */
  async prepay(
    changes: Json = {},
    way = 'jsapi',
  ): Promise<{ order: Json; answer: Json; outTradeNo: string }> {
    const order = await this.order(changes, way);
    const { json, status } = await this.call('POST', `/v3/pay/transactions/${way}`, order);
    if (status !== 200) throw new Error(JSON.stringify(json));
    return { order, answer: json, outTradeNo: order['out_trade_no'] };
  }

  /** A paid order, and a request to refund all of it. */
  async paid(changes: Json = {}): Promise<Json> {
    const { outTradeNo } = await this.prepay();
    await this.merchant.control('/_sim/pay', { outTradeNo, mchId: this.mchId });
    const amount = { refund: 100, total: 100, currency: 'CNY' };
    const request = { out_trade_no: outTradeNo, out_refund_no: `R${outTradeNo}`, amount };
    return { ...request, notify_url: this.merchant.notifyUrl, ...changes };
  }

  query(outTradeNo: string, changes: V3Changes = {}): Promise<V3Answer> {
    return this.call(
      'GET',
      `/v3/pay/transactions/out-trade-no/${outTradeNo}?mchid=${this.mchId}`,
      undefined,
      changes,
    );
  }

  close(outTradeNo: string): Promise<V3Answer> {
    return this.call('POST', `/v3/pay/transactions/out-trade-no/${outTradeNo}/close`, { mchid: this.mchId });
  }

  refund(request: Json): Promise<V3Answer> {
    return this.call('POST', '/v3/refund/domestic/refunds', request);
  }
}
