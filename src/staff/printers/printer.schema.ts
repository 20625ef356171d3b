import { z } from 'zod';
import { printerSchema } from '../../fulfilment/printer/printer.schema.js';
import { effectRowSchema } from '../effects/effect.schema.js';

/** A shop has a handful of printers: one page, always the last. */
export const printerPageSchema = z.object({ items: z.array(printerSchema), nextCursor: z.null() });
export type PrinterPage = z.infer<typeof printerPageSchema>;

export const printerStatusSchema = z.object({ words: z.string().describe('the cloud’s own, e.g. 离线') });
export type PrinterStatus = z.infer<typeof printerStatusSchema>;

export const printRequestSchema = z.strictObject({
  printerId: z.string().max(64).optional().describe('absent: every printer that is switched on'),
});
export type PrintRequest = z.infer<typeof printRequestSchema>;

export const printsSchema = z.object({ items: z.array(effectRowSchema) });
export type Prints = z.infer<typeof printsSchema>;
