import { z } from 'zod';
import { PICTURE_TYPES } from './picture-type.js';

/** One place of a route: `:id` the refund, `:pictureId` its picture. What is no id names nothing. */
export const pictureParamSchema = z.object({ id: z.string(), pictureId: z.string() });
export type PictureParam = z.infer<typeof pictureParamSchema>;

export const pictureSchema = z.object({
  id: z.string(),
  mediaType: z.enum(PICTURE_TYPES),
  size: z.int().describe('bytes'),
  createdAt: z.iso.datetime({ offset: true }),
});
export type PictureView = z.infer<typeof pictureSchema>;

export const pictureListSchema = z.object({ items: z.array(pictureSchema), nextCursor: z.null() });
export type PictureList = z.infer<typeof pictureListSchema>;

/** For OpenAPI: the body, or the answer, is the file itself. */
export const PICTURE_FILE = { schema: { type: 'string', format: 'binary' } } as const;
