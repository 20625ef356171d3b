import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { Problem } from '../src/common/http/problem.js';
import { withOperators } from '../src/operator/accounts-command.js';
import type { Role } from '../src/operator/permissions.js';

/** username, name, role */
const OPERATORS: readonly (readonly [string, string, Role])[] = [
  ['owner', '店主', 'OWNER'],
  ['finance', '财务', 'FINANCE'],
  ['support', '客服', 'SUPPORT'],
  ['viewer', '访客', 'VIEWER'],
];

export interface DemoOperator {
  username: string;
  password: string;
  role: Role;
}

/**
 * One operator of each role. Their passwords are random, made on the first start and kept in `file`; a later start
 * leaves the accounts alone.
 */
export async function seedOperators(databaseUrl: string, file: string): Promise<DemoOperator[]> {
  const known = await readOrMake(file);
  await withOperators(databaseUrl, async (operators) => {
    const { items } = await operators.list({ limit: 100 });
    const missing = known.filter(({ username }) => !items.some((item) => item.username === username));
    for (const { username, password, role } of missing) {
      const displayName = OPERATORS.find(([name]) => name === username)?.[1];
      await operators.create({ username, password, role, displayName }, null).catch((error: unknown) => {
        if (!(error instanceof Problem && error.code === 'USERNAME_TAKEN')) throw error;
      });
    }
  });
  return known;
}

async function readOrMake(file: string): Promise<DemoOperator[]> {
  if (existsSync(file)) return JSON.parse(await readFile(file, 'utf8')) as DemoOperator[];
  const made = OPERATORS.map(([username, , role]) => ({
    username,
    password: randomBytes(12).toString('base64url'),
    role,
  }));
  await writeFile(file, JSON.stringify(made), { mode: 0o600 }); // before the accounts: a crash between the two is repaired
  return made;
}
