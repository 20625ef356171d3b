import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pushKeysOf } from '../mini-program/push-crypt.js';
import { templateSettings } from '../mini-program/templates.js';
import type { Merchants } from '../state/merchants.js';

/**
 * Writes `merchant.env`: every setting a merchant backend needs to talk to this simulator. Rewritten at each start,
 * because the ports may have moved. `tlsUrl` is the HTTPS server's address.
 */
export async function writeMerchantEnv(
  dir: string,
  merchants: Merchants,
  tlsUrl: string,
  printerSettings: Record<string, string>,
): Promise<void> {
  const merchant = merchants.first;
  const app = merchants.appOfKind('miniProgram');
  const push = pushKeysOf(app);
  const settings = {
    WXPAY_API: 'v2',
    WXPAY_SIGN_TYPE: 'MD5',
    WXPAY_APP_ID: app.appId,
    WXPAY_APP_APP_ID: merchants.appOfKind('app').appId,
    WXPAY_APP_SECRET: app.secret,
    WXPAY_MCH_ID: merchant.mchId,
    WXPAY_API_KEY: merchant.apiKey,
    WXPAY_API_V3_KEY: merchant.apiV3Key,
    WXPAY_CERT_PATH: join(dir, 'apiclient_cert.pem'),
    WXPAY_KEY_PATH: join(dir, 'apiclient_key.pem'),
    WXPAY_P12_PATH: join(dir, 'apiclient_cert.p12'),
    WXPAY_PUBLIC_KEY_ID: merchant.publicKeyId,
    WXPAY_PUBLIC_KEY_PATH: join(dir, 'wxpay_public_key.pem'),
    WXPAY_BASE_URL: tlsUrl,
    // The same server under another name.
    WXPAY_BACKUP_URL: `https://localhost:${new URL(tlsUrl).port}`,
    WECHAT_BASE_URL: tlsUrl,
    WECHAT_MESSAGE_TOKEN: push.token,
    WECHAT_ENCODING_AES_KEY: push.encodingAesKey,
    ...templateSettings(),
    WXPAY_CA_PATH: join(dir, 'ca.pem'),
    ...printerSettings,
  };
  if (dir.includes("'")) throw new Error(`the folder's name must not contain a quote: ${dir}`);
  // Single quotes: a shell and dotenv both take what is inside as it is.
  const lines = Object.entries(settings).map(([name, value]) => `${name}='${value}'\n`);
  await writeFile(join(dir, 'merchant.env'), lines.join(''), { mode: 0o600 });
}
