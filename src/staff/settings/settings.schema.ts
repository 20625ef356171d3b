import { z } from 'zod';
import { TRADE_TYPES } from '../../wxpay/protocol.js';
import { certificateSchema } from '../stats/stats.schema.js';

const isSet = z.boolean().describe('whether there is one; the value is never shown');

const settingSchema = z.object({
  name: z.string().describe('as in .env.example'),
  secret: z.boolean(),
  set: z.boolean(),
  value: z.string().nullable().describe('null: not set, or a secret'),
});
export type SettingView = z.infer<typeof settingSchema>;

const accountSchema = z.object({
  id: z.string(),
  api: z.enum(['v1', 'v2', 'v3']).describe('what new calls are made with'),
  mchId: z.string(),
  appId: z.string(),
  appAppId: z.string().describe('of APP payments'),
  officialAppId: z.string().nullable().describe('of the official account'),
  signType: z.enum(['MD5', 'HMAC-SHA256']),
  confirmNotify: z.enum(['query', 'signature']),
  tradeTypes: z.array(z.enum(TRADE_TYPES)),
  refunds: z.boolean().describe('whether money can be sent back out of it'),
  publicKeyId: z.string().nullable().describe('of WeChat Pay’s public key'),
  keys: z.object({
    apiKey: isSet,
    apiKeyPrevious: isSet,
    apiV3Key: isSet,
    apiV3KeyPrevious: isSet,
    v1: isSet,
    appSecret: isSet,
  }),
  notifyUrls: z.object({ payment: z.string(), refund: z.string() }).describe('where WeChat notifies us'),
  certificates: z.array(certificateSchema),
});
export type AccountView = z.infer<typeof accountSchema>;

export const settingsSchema = z.object({
  groups: z.array(z.object({ name: z.string(), items: z.array(settingSchema) })),
  accounts: z.array(accountSchema),
});
export type SettingsView = z.infer<typeof settingsSchema>;
