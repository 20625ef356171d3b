import { readFileSync } from 'node:fs';
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { Aes, Formatter, Rsa } from 'wechatpay-axios-plugin';
import { PlatformCertificates } from '../../src/wxpay/v3/platform-certificates.js';
import { WxPayService } from '../../src/wxpay/wxpay.service.js';
import { newTransactionId } from './notice.js';
import type { System } from './system.js';

type Json = Record<string, unknown>;

/** Notifications of API v3 made by hand, signed and encrypted by a library that shares no line with `src/`. */
export class V3Notices {
  private readonly publicKeyPrivateHalf: string;
  private readonly platformKey: string;
  readonly platformSerial: string;

  constructor(private readonly system: System) {
    const file = (name: string): string => readFileSync(join(system.simulator.merchantDir, name), 'utf8');
    this.publicKeyPrivateHalf = file('simulator/wxpay_private_key.pem');
    this.platformKey = file('simulator/platform_key.pem');
    this.platformSerial = new X509Certificate(file('platform_cert.pem')).serialNumber;
  }

  /** A start does not wait for WeChat's certificates; who needs them at once does. */
  async certificatesAreKnown(): Promise<void> {
    const { app } = this.system;
    const account = app.get(WxPayService, { strict: false }).account('default');
    await app.get(PlatformCertificates, { strict: false }).refresh(account);
  }

  /** The transaction that a payment of this number would be. */
  transaction(outTradeNo: string, totalFen: number, changes: Json = {}): Json {
    const { env } = this.system;
    return {
      transaction_id: newTransactionId(),
      amount: { total: totalFen, payer_total: totalFen, currency: 'CNY', payer_currency: 'CNY' },
      mchid: env['WXPAY_MCH_ID'],
      trade_state: 'SUCCESS',
      bank_type: 'OTHERS',
      success_time: '2026-11-21T20:05:00+08:00',
      payer: { openid: 'oHandmade' },
      out_trade_no: outTradeNo,
      appid: env['WXPAY_APP_ID'],
      trade_state_desc: '支付成功',
      trade_type: 'JSAPI',
      ...changes,
    };
  }

  /** The body around an encrypted resource. */
  body(
    content: Json,
    {
      key = this.system.env['WXPAY_API_V3_KEY'] ?? '',
      eventType = 'TRANSACTION.SUCCESS',
      originalType = 'transaction',
    } = {},
  ): string {
    const nonce = Formatter.nonce(12);
    return JSON.stringify({
      id: '3119dfba-e649-5eec-ab1e-3412bc4d2e17',
      create_time: '2026-11-21T20:05:00+08:00',
      resource_type: 'encrypt-resource',
      event_type: eventType,
      summary: '支付成功',
      resource: {
        original_type: originalType,
        algorithm: 'AEAD_AES_256_GCM',
        ciphertext: Aes.AesGcm.encrypt(JSON.stringify(content), key, nonce, originalType),
        associated_data: originalType,
        nonce,
      },
    });
  }

  /** The headers WeChat sends with these bytes. `age`: seconds ago, on the simulator's clock. */
  async headers(
    body: string,
    { by = 'publicKey', age = 0 }: { by?: 'publicKey' | 'certificate'; age?: number } = {},
  ): Promise<Record<string, string>> {
    const { body: clock } = await this.system.control.call<{ now: string }>('GET', '/_sim/clock');
    const timestamp = String(Math.floor(Date.parse(clock.now) / 1000) - age);
    const nonce = Formatter.nonce(32);
    const key = by === 'publicKey' ? this.publicKeyPrivateHalf : this.platformKey;
    return {
      'content-type': 'application/json',
      'wechatpay-timestamp': timestamp,
      'wechatpay-nonce': nonce,
      'wechatpay-signature': Rsa.sign(`${timestamp}\n${nonce}\n${body}\n`, key),
      'wechatpay-serial':
        by === 'publicKey' ? (this.system.env['WXPAY_PUBLIC_KEY_ID'] ?? '') : this.platformSerial,
      'wechatpay-signature-type': 'WECHATPAY2-SHA256-RSA2048',
    };
  }
}
