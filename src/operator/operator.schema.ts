import { z } from 'zod';
import { line } from '../common/http/written-text.js';
import { ROLES } from './permissions.js';

export const usernameSchema = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9][a-z0-9._-]{1,31}$/, 'expected 2 to 32 letters, digits, dots, dashes or underscores')
  .describe('2 to 32 letters, digits, dots, dashes or underscores; case does not count');

/** Guessing is slowed down per account, so length and not decoration is what counts (NIST SP 800-63B). */
export const newPasswordSchema = z.string().min(10).max(256);

const displayNameSchema = line(64).min(1);

export const roleSchema = z.enum(ROLES);

export const newOperatorSchema = z.strictObject({
  username: usernameSchema,
  displayName: displayNameSchema.optional().describe('the username when absent'),
  role: roleSchema,
  password: newPasswordSchema,
});
export type NewOperator = z.infer<typeof newOperatorSchema>;

export const operatorChangeSchema = z
  .strictObject({
    displayName: displayNameSchema,
    role: roleSchema,
    disabled: z.boolean(),
    deputyUntil: z.iso
      .datetime({ offset: true })
      .nullable()
      .describe('until then also what FINANCE may; in the future, at most 92 days; null takes it back'),
    buyerId: z
      .uuid()
      .nullable()
      .describe(
        'the same person as a buyer (GET /buyers): new orders and refund requests are told to his WeChat, and what he asks for there he does not decide here',
      ),
  })
  .partial();
export type OperatorChange = z.infer<typeof operatorChangeSchema>;

export const passwordResetSchema = z.strictObject({ password: newPasswordSchema });
export type PasswordReset = z.infer<typeof passwordResetSchema>;

export const operatorListSchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(256).optional(),
});
export type OperatorListQuery = z.infer<typeof operatorListSchema>;

export const operatorSchema = z.object({
  id: z.string(),
  username: z.string(),
  displayName: z.string(),
  role: roleSchema,
  disabled: z.boolean(),
  hasSecondFactor: z.boolean(),
  deputyUntil: z.iso.datetime({ offset: true }).optional().describe('until then also what FINANCE may'),
  buyerId: z.string().optional().describe('whose WeChat gets the messages for this person'),
  lastSeenAt: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('last request, to the minute; of lists and one operator. Absent: none in the last month'),
  createdAt: z.iso.datetime({ offset: true }),
});
export type OperatorView = z.infer<typeof operatorSchema>;

export const operatorPageSchema = z.object({
  items: z.array(operatorSchema),
  nextCursor: z.string().nullable(),
});
