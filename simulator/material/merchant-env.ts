import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pushKeysOf } from '../mini-program/push-crypt.js';
import { templateSettings } from '../mini-program/templates.js';
import type { Merchant } from '../state/merchants.js';
import type { World } from '../world.js';

/**
 * Writes `merchant.env` into the account's folder: every setting a merchant backend needs to talk to this simulator.
 * Rewritten at each start, because the ports may have moved, and when a key was changed.
 */
export async function writeMerchantEnv(merchant: Merchant, world: World): Promise<void> {
  const { merchants, keyrings, tlsUrl } = world;
  const { mchId } = merchant;
  const dir = keyrings.folderOf(mchId);
  const app = merchants.appOfKind('miniProgram', mchId);
  const ownApp = merchants.appOfKind('app', mchId);
  const official = merchants.appOfKind('officialAccount', mchId);
  const push = pushKeysOf(app);
  const settings = {
    WXPAY_API: 'v2',
    WXPAY_SIGN_TYPE: 'MD5',
    WXPAY_APP_ID: app.appId,
    WXPAY_APP_APP_ID: ownApp.appId,
    WXPAY_APP_APP_SECRET: ownApp.secret,
    WXPAY_APP_SECRET: app.secret,
    WXPAY_OFFICIAL_APP_ID: official.appId,
    WXPAY_OFFICIAL_APP_SECRET: official.secret,
    WXPAY_MCH_ID: mchId,
    WXPAY_API_KEY: merchant.apiKey,
    WXPAY_API_V3_KEY: merchant.apiV3Key,
    WXPAY_V1_PAY_SIGN_KEY: merchant.v1.paySignKey,
    WXPAY_V1_PARTNER: merchant.v1.partner,
    WXPAY_V1_PARTNER_KEY: merchant.v1.partnerKey,
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
    WXPAY_CA_PATH: join(keyrings.folderOf(merchants.first.mchId), 'ca.pem'),
    ...world.printerCloud.merchantSettings(tlsUrl),
  };
  if (dir.includes("'")) throw new Error(`the folder's name must not contain a quote: ${dir}`);
  // Single quotes: a shell and dotenv both take what is inside as it is.
  const lines = Object.entries(settings).map(([name, value]) => `${name}='${value}'\n`);
  await writeFile(join(dir, 'merchant.env'), lines.join(''), { mode: 0o600 });
}
