import { z } from 'zod';
import { newPasswordSchema, operatorSchema, usernameSchema } from '../operator.schema.js';
import { PERMISSIONS, type Permission } from '../permissions.js';
import { codeSchema } from '../second-factor/second-factor.schema.js';

const instant = z.iso.datetime({ offset: true });

export const staffLoginSchema = z.strictObject({
  username: usernameSchema,
  password: z.string().min(1).max(256),
  totp: z
    .union([codeSchema, z.literal('').transform(() => undefined)])
    .optional()
    .describe('code of the authenticator, or a recovery code; only where the account has a second factor'),
});
export type StaffLogin = z.infer<typeof staffLoginSchema>;

const csrfToken = z
  .string()
  .describe('for pages that use the cookie: repeat it as X-CSRF-Token in every POST, PUT, PATCH and DELETE');

export const staffSessionSchema = z.object({
  token: z
    .string()
    .describe('programs send it as "Authorization: Bearer …"; browsers have it as the cookie `session`'),
  expiresAt: instant.describe('the latest end; an hour without a request ends it sooner'),
  csrfToken,
  operator: operatorSchema,
});
export type StaffSession = z.infer<typeof staffSessionSchema>;

export const meSchema = operatorSchema.extend({
  permissions: z.array(z.enum(Object.keys(PERMISSIONS) as [Permission, ...Permission[]])),
  sessionId: z.string(),
  stepUpAt: instant.nullable().describe('when this session last showed the second factor'),
  csrfToken,
});
export type Me = z.infer<typeof meSchema>;

export const passwordChangeSchema = z.strictObject({
  password: z.string().min(1).max(256).describe('the present password'),
  newPassword: newPasswordSchema,
});
export type PasswordChange = z.infer<typeof passwordChangeSchema>;

export const sessionListSchema = z.strictObject({
  operatorId: z.uuid().optional().describe('somebody else’s; for an OWNER only'),
});
export type SessionListQuery = z.infer<typeof sessionListSchema>;

export const sessionSchema = z.object({
  id: z.string(),
  current: z.boolean(),
  createdAt: instant,
  lastSeenAt: instant,
  expiresAt: instant,
  ip: z.string().nullable(),
  userAgent: z.string().nullable(),
});
export type SessionView = z.infer<typeof sessionSchema>;

export const sessionPageSchema = z.object({ items: z.array(sessionSchema), nextCursor: z.null() });
