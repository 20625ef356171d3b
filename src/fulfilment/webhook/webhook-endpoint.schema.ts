import { z } from 'zod';
import { EVENT_TYPES } from '../../jobs/event.js';

const url = z
  .url({ protocol: /^https?$/ })
  .max(2048)
  .describe('https; plain http only for a host of WEBHOOK_ALLOWED_HOSTS');
const description = z.string().trim().min(1).max(200);
const eventTypes = z
  .array(z.enum(EVENT_TYPES))
  .min(1)
  .refine((types) => new Set(types).size === types.length, 'names a type twice');

export const newWebhookSchema = z.strictObject({
  url,
  eventTypes,
  description: description.optional(),
  enabled: z.boolean().default(true),
});
export type NewWebhook = z.infer<typeof newWebhookSchema>;

export const webhookChangeSchema = z
  .strictObject({ url, eventTypes, description: description.nullable(), enabled: z.boolean() })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'names nothing to change');
export type WebhookChange = z.infer<typeof webhookChangeSchema>;

export const rotationSchema = z.strictObject({
  overlapHours: z
    .int()
    .min(0)
    .max(7 * 24)
    .default(24)
    .describe('how long messages carry a signature with the old secret as well'),
});
export type Rotation = z.infer<typeof rotationSchema>;

const instant = z.iso.datetime({ offset: true });

export const webhookSchema = z.object({
  id: z.string(),
  url: z.string(),
  description: z.string().optional(),
  eventTypes: z.array(z.enum(EVENT_TYPES)),
  enabled: z.boolean(),
  previousSecretUntil: instant
    .optional()
    .describe('until then the secret before the last rotation signs too'),
  createdAt: instant,
});
export type WebhookView = z.infer<typeof webhookSchema>;

export const webhookWithSecretSchema = webhookSchema.extend({
  secret: z.string().describe('whsec_…; shown this once'),
});
export type WebhookWithSecret = z.infer<typeof webhookWithSecretSchema>;
