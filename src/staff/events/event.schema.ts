import { z } from 'zod';
import { fenSchema } from '../../common/fen.js';
import { instant } from '../../common/http/list-query.js';
import { EVENT_TYPES } from '../../jobs/event.js';
import { FEED_TYPES_ONLY } from '../../jobs/feed.js';

/** The `data` of one server-sent event. */
export const feedEventSchema = z.object({
  type: z.enum([...FEED_TYPES_ONLY, ...EVENT_TYPES]),
  id: z.string().describe('of the event itself, the same in every stream'),
  at: instant,
  orderId: z.string().optional(),
  orderNo: z.string().optional(),
  refundId: z.string().optional(),
  refundNo: z.string().optional(),
  suspenseId: z.string().optional(),
  amountFen: fenSchema
    .optional()
    .describe('of the refund, of the money in suspense, else what the order costs'),
});
export type FeedEventView = z.infer<typeof feedEventSchema>;
