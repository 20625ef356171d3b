import { randomBytes } from 'node:crypto';
import { withOperators } from '../src/operator/accounts-command.js';
import type { Role } from '../src/operator/permissions.js';
import { ask } from './ask.js';
import type { BenchDatabase } from './rig.js';

/** Somebody of the staff, logged in. @returns the bearer token */
export async function logInStaff({ url }: BenchDatabase, appUrl: string, role: Role): Promise<string> {
  const username = role.toLowerCase();
  const password = randomBytes(12).toString('base64url');
  await withOperators(url, (operators) => operators.create({ username, password, role }, null));
  const body = { username, password };
  return (await ask<{ token: string }>('POST', `${appUrl}/api/v1/admin/sessions`, { body })).token;
}
