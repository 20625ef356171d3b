import { z } from 'zod';
import { fenSchema } from '../../common/fen.js';
import { roleSchema } from '../../operator/operator.schema.js';
import { TRADE_TYPES } from '../../wxpay/protocol.js';
import { certificateSchema } from '../stats/stats.schema.js';

const count = z.int().min(0);
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
  mode: z
    .enum(['API_KEY', 'PLATFORM_CERTIFICATES', 'PUBLIC_KEY'])
    .describe(
      'what shows that an answer is WeChat’s: the API key (v1, v2), its platform certificates or its public key (v3)',
    ),
  signedWith: z
    .object({ publicKey: count, platformCertificate: count })
    .describe(
      'how far the switch to the public key is: what signed the newest 1000 notifications, those that are authentic',
    ),
  certificates: z.array(certificateSchema),
});
export type AccountView = z.infer<typeof accountSchema>;

const limit = fenSchema.nullable();
const approvalsSchema = z.object({
  autoApproveMaxFen: fenSchema.describe(
    'an order’s refunds up to this together approve themselves; 0: none does',
  ),
  stepUpMinFen: limit.describe('above it a fresh code of the second factor; null: never'),
  secondApprovalMinFen: limit.describe('from it on two people; null: never'),
  fourEyes: z.boolean().describe('whoever asks does not decide'),
  deciders: z
    .array(
      z.object({
        id: z.string(),
        displayName: z.string(),
        role: roleSchema,
        deputyUntil: z.iso.datetime({ offset: true }).optional().describe('decides as a deputy, until then'),
      }),
    )
    .describe('who may decide refunds now'),
});
export type ApprovalsView = z.infer<typeof approvalsSchema>;

export const settingsSchema = z.object({
  groups: z.array(z.object({ name: z.string(), items: z.array(settingSchema) })),
  accounts: z.array(accountSchema),
  approvals: approvalsSchema.describe('how refunds are decided'),
});
export type SettingsView = z.infer<typeof settingsSchema>;
