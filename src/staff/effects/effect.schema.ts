import { z } from 'zod';
import { instant, pageFields, periodFields } from '../../common/http/list-query.js';
import { ATTEMPT_OUTCOMES } from '../../fulfilment/effect/effect-attempt.entity.js';
import { SUBJECT_KINDS } from '../../fulfilment/effect/effect.entity.js';
import { EFFECT_STATUSES } from '../../fulfilment/effect/effect.status.js';

export const effectListSchema = z.strictObject({
  kind: z.string().max(32).optional(),
  status: z.enum(EFFECT_STATUSES).optional(),
  orderId: z.uuid().optional(),
  ...periodFields,
  ...pageFields,
});
export type EffectListQuery = z.infer<typeof effectListSchema>;

export const effectRowSchema = z.object({
  id: z.string(),
  kind: z.string().describe('what is done, e.g. webhook or print'),
  target: z.string().describe('whom it goes to: the id of an endpoint, a printer, a template'),
  subject: z.object({ kind: z.enum(SUBJECT_KINDS), id: z.string() }),
  orderId: z.string().optional().describe('absent where it is about a day’s comparison'),
  status: z
    .enum(EFFECT_STATUSES)
    .describe(
      'REFUSED is a final no that is nobody’s fault; DEAD has used up its tries and waits for a person',
    ),
  attempts: z.int(),
  nextAttemptAt: instant.optional(),
  createdAt: instant,
  concludedAt: instant.optional(),
});
export type EffectRow = z.infer<typeof effectRowSchema>;

export const effectDetailSchema = effectRowSchema.extend({
  log: z
    .array(
      z.object({
        attempt: z.int(),
        at: instant,
        outcome: z.enum(ATTEMPT_OUTCOMES).optional().describe('absent: it runs, or its end was lost'),
        code: z.string().optional(),
        message: z.string().optional().describe('the beginning of the answer'),
        durationMs: z.int().optional(),
      }),
    )
    .describe('every attempt with its answer, oldest first'),
});
export type EffectDetail = z.infer<typeof effectDetailSchema>;

export const effectPageSchema = z.object({
  items: z.array(effectRowSchema),
  nextCursor: z.string().nullable(),
});
export type EffectPage = z.infer<typeof effectPageSchema>;
