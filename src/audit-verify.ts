import { existsSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { readDatabaseUrl } from './config/settings.js';
import { withOperators } from './operator/accounts-command.js';
import { verifyAuditLog, type AuditHead } from './operator/audit/audit-verification.js';

/**
 * `npm run audit:verify`: is every row of the audit log as it was written? With `-- --head SEQ:HASH`, as an earlier run
 * printed it, also: was nothing cut off the end since then? Exit code 1 and the first broken row when not.
 */
async function main(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const url = readDatabaseUrl(process.env);
  const noted = readHead();
  const { rows, head, broken } = await withOperators(url, (_, { manager }) => verifyAuditLog(manager, noted));
  if (broken !== undefined) {
    throw new Error(`the audit log is broken at row ${broken.seq}: ${broken.reason}`);
  }
  process.stdout.write(`the audit log is intact: ${rows} rows\n`);
  if (head !== null) process.stdout.write(`head ${head.seq}:${head.hash}\n`);
}

function readHead(): AuditHead | undefined {
  const { head } = parseArgs({ options: { head: { type: 'string' } } }).values;
  if (head === undefined) return undefined;
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(head) ?? [];
  if (seq === undefined || hash === undefined)
    throw new Error('--head is malformed: expected SEQ:HASH as an earlier run printed it');
  return { seq: Number(seq), hash };
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
