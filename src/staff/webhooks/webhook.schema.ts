import { z } from 'zod';
import { pageFields, periodFields } from '../../common/http/list-query.js';
import { EFFECT_STATUSES } from '../../fulfilment/effect/effect.status.js';
import { webhookSchema } from '../../fulfilment/webhook/webhook-endpoint.schema.js';
import { EVENT_TYPES } from '../../jobs/event.js';
import { effectDetailSchema } from '../effects/effect.schema.js';

export const webhookListSchema = z.strictObject(pageFields);
export type WebhookListQuery = z.infer<typeof webhookListSchema>;

export const webhookPageSchema = z.object({
  items: z.array(webhookSchema),
  nextCursor: z.string().nullable(),
});
export type WebhookPage = z.infer<typeof webhookPageSchema>;

export const deliveryListSchema = z.strictObject({
  status: z.enum(EFFECT_STATUSES).optional(),
  ...periodFields,
  ...pageFields,
});
export type DeliveryListQuery = z.infer<typeof deliveryListSchema>;

export const deliverySchema = effectDetailSchema.extend({
  messageId: z.string().describe('webhook-id: the same for every try and every endpoint'),
  type: z.enum(EVENT_TYPES),
  body: z.string().describe('exactly what is sent'),
});
export type DeliveryView = z.infer<typeof deliverySchema>;

export const deliveryPageSchema = z.object({
  items: z.array(deliverySchema),
  nextCursor: z.string().nullable(),
});
export type DeliveryPage = z.infer<typeof deliveryPageSchema>;

export const deliveryParamSchema = z.object({ id: z.string(), deliveryId: z.string() });
export type DeliveryParam = z.infer<typeof deliveryParamSchema>;
