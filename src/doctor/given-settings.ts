import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { fieldNames, PATHS } from '../config/accounts-file.js';
import { DEFAULT_ACCOUNT_NAMES, environmentSchema } from '../config/environment.js';
import { accountFields, toMerchantAccount, type AccountFields } from '../config/merchant-account.js';
import type { MerchantAccount } from '../wxpay/merchant-accounts.js';

/** A merchant account as far as its fields can be read. */
export interface GivenAccount {
  id: string;
  /** Its place in WXPAY_ACCOUNTS_FILE; undefined for `default`. */
  place?: number;
  names: MerchantAccount['names'];
  /** The fields that are well formed, defaults included. */
  fields: Partial<AccountFields>;
  /** What was written, well formed or not. May be secret. */
  raw: Readonly<Record<string, unknown>>;
  /** The account as the service would use it; undefined while a field is missing or malformed. */
  account: MerchantAccount | undefined;
}

export type GivenEnvironment = Partial<z.output<typeof environmentSchema>>;

export interface GivenSettings {
  /** What was written; `NAME=` means "not set", as in `readSettings`. */
  raw: Readonly<Record<string, string | undefined>>;
  /** The variables that are well formed, defaults included. A malformed one is absent, never its default: that could be the real WeChat's address. */
  env: GivenEnvironment;
  /** `default` first. */
  accounts: readonly GivenAccount[];
}

/** Reads what can be read: where `readSettings` stops at the first thing that is wrong, the doctor goes on. */
export function readGivenSettings(environment: NodeJS.ProcessEnv): GivenSettings {
  const raw = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const env: GivenEnvironment = wellFormed(environmentSchema.shape, raw);
  const first = given('default', DEFAULT_ACCOUNT_NAMES, ofDefault(raw), ofDefault(env));
  return { raw, env, accounts: [first, ...accountsOfFile(env.WXPAY_ACCOUNTS_FILE)] };
}

/** Variables of the account `default` under the names of its fields; those that are absent stay so. */
function ofDefault(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(DEFAULT_ACCOUNT_NAMES).filter(([, name]) => name in values);
  return Object.fromEntries(entries.map(([field, name]) => [field, values[name]]));
}

/** What is wrong with the file itself is `readAccountsFile`'s to say. */
function accountsOfFile(path: string | undefined): GivenAccount[] {
  if (path === undefined) return [];
  return rawAccounts(path).flatMap((raw, place) => {
    if (typeof raw['id'] !== 'string') return [];
    const fields = wellFormed(accountFields, raw);
    for (const name of PATHS)
      if (fields[name] !== undefined) fields[name] = resolve(dirname(path), fields[name]);
    return [{ ...given(raw['id'], fieldNames(raw['id']), raw, fields), place }];
  });
}

const rawFileSchema = z.object({ accounts: z.array(z.record(z.string(), z.unknown())) });

function rawAccounts(path: string): Record<string, unknown>[] {
  try {
    return rawFileSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).accounts;
  } catch {
    return [];
  }
}

function given(
  id: string,
  names: MerchantAccount['names'],
  raw: Record<string, unknown>,
  fields: Partial<AccountFields>,
): GivenAccount {
  const whole = Object.keys(accountFields).every((name) => name in fields);
  const account = whole ? toMerchantAccount(id, fields as AccountFields, names) : undefined;
  return { id, names, raw, fields, account: Array.isArray(account) ? undefined : account };
}

/** The entries of `raw` that fit their schema; each is looked at by itself. */
function wellFormed<Shape extends z.ZodRawShape>(
  shape: Shape,
  raw: Readonly<Record<string, unknown>>,
): Partial<z.output<z.ZodObject<Shape>>> {
  const entries = Object.entries(shape).flatMap(([name, schema]) => {
    const read = z.safeParse(schema, raw[name]);
    return read.success ? [[name, read.data]] : [];
  });
  return Object.fromEntries(entries) as Partial<z.output<z.ZodObject<Shape>>>;
}
