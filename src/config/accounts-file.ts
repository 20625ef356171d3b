import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { expected } from './expecting.js';
import { accountFields, toMerchantAccount, type MerchantAccountSettings } from './merchant-account.js';

const VARIABLE = 'WXPAY_ACCOUNTS_FILE';
const PATHS = ['certPath', 'keyPath', 'p12Path', 'publicKeyPath'] as const;

const id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/);
const fileSchema = z.strictObject({ accounts: z.array(z.strictObject({ id, ...accountFields })) });
export type AccountsFile = z.input<typeof fileSchema>;

/**
 * Reads the merchant accounts beside `default` (docs/merchant-accounts.md). Paths in the file are relative to its folder.
 * @returns the accounts, or one line for each thing that is wrong, naming account and field and never a value
 */
export function readAccountsFile(path: string): { accounts: MerchantAccountSettings[]; wrong: string[] } {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const problem = error instanceof SyntaxError ? 'is not valid JSON' : 'cannot be read';
    return { accounts: [], wrong: [`${VARIABLE}: ${path} ${problem}`] };
  }
  const read = fileSchema.safeParse(content);
  if (!read.success) return { accounts: [], wrong: [...new Set(read.error.issues.map(describe))] };
  const accounts: MerchantAccountSettings[] = [];
  const wrong: string[] = [];
  const seen = new Set(['default']);
  for (const { id, ...fields } of read.data.accounts) {
    if (seen.has(id))
      wrong.push(`${VARIABLE}: the account id "${id}" is taken; \`default\` is the environment's`);
    seen.add(id);
    for (const name of PATHS)
      if (fields[name] !== undefined) fields[name] = resolve(dirname(path), fields[name]);
    const account = toMerchantAccount(id, fields, fieldNames(id));
    if (Array.isArray(account)) wrong.push(...account);
    else accounts.push(account);
  }
  return { accounts, wrong };
}

function fieldNames(id: string): MerchantAccountSettings['names'] {
  const entries = Object.keys(accountFields).map((field) => [field, `${VARIABLE}: ${id}.${field}`]);
  return Object.fromEntries(entries) as MerchantAccountSettings['names'];
}

function describe(issue: z.core.$ZodIssue): string {
  const where = issue.path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('');
  if (issue.code === 'unrecognized_keys')
    return `${VARIABLE}: ${where.slice(1)} has the unknown field ${issue.keys.map((key) => `"${key}"`).join(', ')}`;
  const field = issue.path.at(-1);
  const schema = Object.entries(accountFields).find(([name]) => name === field)?.[1];
  const wanted = schema === undefined ? 'the form of docs/merchant-accounts.md' : expected(schema);
  return `${VARIABLE}: ${where.slice(1) || 'the file'} is missing or malformed: expected ${wanted}`;
}
