import { existsSync } from 'node:fs';
import process from 'node:process';
import { migrate, revertMigration } from './database/migrate.js';

/** `npm run migrate` and `npm run migrate -- --revert`. */
async function main(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const url = process.env['DATABASE_URL'];
  if (!url)
    throw new Error(
      'DATABASE_URL is missing: expected a connection string such as postgres://user:password@host:5432/database',
    );
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
