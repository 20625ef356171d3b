import { z } from 'zod';

const fields = {
  name: z.string().trim().min(1).max(32),
  sn: z
    .string()
    .regex(/^[0-9A-Za-z]{6,20}$/, 'expected the serial number on the bottom of the printer')
    .describe('registered at Feie under the account of FEIE_USER'),
  copies: z.int().min(1).max(5),
  enabled: z.boolean(),
};

export const newPrinterSchema = z.strictObject({
  ...fields,
  copies: fields.copies.default(1),
  enabled: fields.enabled.default(true),
});
export type NewPrinter = z.infer<typeof newPrinterSchema>;

export const printerChangeSchema = z
  .strictObject(fields)
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'names nothing to change');
export type PrinterChange = z.infer<typeof printerChangeSchema>;

export const printerSchema = z.object({
  id: z.string().describe('`default` is the one of FEIE_SN'),
  ...fields,
  fromSettings: z.boolean().describe('true: it is changed in the settings, not here'),
  createdAt: z.iso.datetime({ offset: true }).optional(),
});
export type PrinterView = z.infer<typeof printerSchema>;
