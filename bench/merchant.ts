import { randomBytes } from 'node:crypto';

/** What signs and identifies a merchant's messages of API v2. */
export interface Merchant {
  appId: string;
  mchId: string;
  apiKey: string;
}

export const NOTIFY_PATH = '/notify/wxpay/default/payment';

/** A merchant nobody knows: notifications believed by their signature need no WeChat. */
export function inventMerchant(): Merchant {
  return { appId: 'wx0123456789abcdef', mchId: '1900000109', apiKey: randomBytes(16).toString('hex') };
}

/** The settings of `inventMerchant`; its WeChat is a port where nobody listens. */
export function merchantSettings({ appId, mchId, apiKey }: Merchant): Record<string, string> {
  return {
    WXPAY_APP_ID: appId,
    WXPAY_APP_SECRET: randomBytes(16).toString('hex'),
    WXPAY_MCH_ID: mchId,
    WXPAY_API_KEY: apiKey,
    WXPAY_BASE_URL: 'https://127.0.0.1:9',
    WXPAY_BACKUP_URL: 'https://127.0.0.1:9',
    WECHAT_BASE_URL: 'https://127.0.0.1:9',
  };
}

/** Settings of our service as in production, except that everything is on this machine. */
export function productionSettings(
  url: string,
  databaseUrl: string,
  sessionSecret: string,
): Record<string, string> {
  return {
    NODE_ENV: 'production',
    LOG_LEVEL: 'warn',
    HOST: '127.0.0.1',
    PORT: new URL(url).port,
    PUBLIC_URL: url,
    DATABASE_URL: databaseUrl,
    SESSION_SECRET: sessionSecret,
    DATA_ENCRYPTION_KEY: randomBytes(24).toString('hex'),
    WXPAY_CONFIRM_NOTIFY: 'signature',
  };
}
