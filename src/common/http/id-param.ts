import { z } from 'zod';

/** `:id` of a route. Ids are opaque to clients; what is no id of ours names nothing, so routes answer 404 for it. */
export const idParamSchema = z.object({ id: z.string() });
export type IdParam = z.infer<typeof idParamSchema>;
