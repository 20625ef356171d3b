import { z } from 'zod';

/** Six digits of an authenticator, or a recovery code; spaces and dashes do not count. */
export const codeSchema = z
  .string()
  .max(64)
  .transform((text) => text.replace(/[\s-]/g, '').toUpperCase())
  .pipe(z.string().regex(/^(\d{6}|[A-Z2-9]{16})$/, 'expected six digits, or a recovery code'));

export const proofSchema = z.strictObject({ totp: codeSchema });
export type Proof = z.infer<typeof proofSchema>;

export const removalSchema = proofSchema.partial().optional();
export type Removal = z.infer<typeof removalSchema>;

export const enrolledSchema = z.object({
  secret: z.string().describe('base32, for typing it in'),
  otpauthUri: z.string().describe('for a QR code'),
});
export type Enrolled = z.infer<typeof enrolledSchema>;

export const recoveryCodesSchema = z.object({
  recoveryCodes: z.array(z.string()).describe('shown this once; each replaces one code of the authenticator'),
});
export type RecoveryCodes = z.infer<typeof recoveryCodesSchema>;

export const steppedUpSchema = z.object({
  stepUpAt: z.iso.datetime({ offset: true }),
  validUntil: z.iso.datetime({ offset: true }),
});
export type SteppedUp = z.infer<typeof steppedUpSchema>;
