import { existsSync } from 'node:fs';
import process from 'node:process';
import { readDatabaseUrl } from './config/settings.js';
import { migrate, revertMigration } from './database/migrate.js';

/** `npm run migrate` and `npm run migrate -- --revert`. */
async function main(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const url = readDatabaseUrl(process.env);
  if (process.argv.includes('--revert')) {
    await revertMigration(url);
    process.stdout.write('reverted the newest migration\n');
    return;
  }
  const applied = await migrate(url);
  process.stdout.write(
    applied.length === 0 ? 'the database is up to date\n' : `applied ${applied.join(', ')}\n`,
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
