import { existsSync } from 'node:fs';
import process from 'node:process';
import { DataSource } from 'typeorm';
import { readDatabaseUrl } from './config/settings.js';
import { dataSourceOptions } from './database/data-source.js';
import { DatabaseNotMigrated } from './database/database.module.js';
import { verifyLedger } from './operations/ledger-verification.js';

/**
 * `npm run ledger:verify`: do the books add up, and has every entry its reason? Prints the balances as rebuilt from the
 * entries; exit code 1 and the first wrong thing when not.
 */
async function main(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const dataSource = await new DataSource(dataSourceOptions(readDatabaseUrl(process.env), 1)).initialize();
  try {
    if (await dataSource.showMigrations()) throw new DatabaseNotMigrated();
    const { balances, wrong } = await dataSource.transaction('REPEATABLE READ', verifyLedger);
    for (const { merchantAccount, account, currency, balanceFen, entries } of balances)
      process.stdout.write(
        `${merchantAccount} ${account} ${balanceFen} fen ${currency} (${entries} entries)\n`,
      );
    if (wrong !== undefined) throw new Error(`the ledger is wrong: ${wrong}`);
    process.stdout.write('the ledger is right: every movement sums to zero and has its reason\n');
  } finally {
    await dataSource.destroy();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
