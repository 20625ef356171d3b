import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { dataSourceOptions } from './data-source.js';

export class DatabaseNotMigrated extends Error {
  constructor() {
    super('The database has migrations to apply: run `npm run migrate` first.');
    this.name = 'DatabaseNotMigrated';
  }
}

/**
 * The service alone: a migration may take its time. An instance that vanishes (power, network) cannot close its
 * transaction, and PostgreSQL learns of a dead peer only after two hours; until then its rows stay locked. And whoever
 * meets a locked row holds one of our few connections while he waits: he hears that the shop is busy instead (`toProblem`).
 * A transaction that knows better says so (`waitAtMost`).
 */
const SESSION = { idle_in_transaction_session_timeout: 60_000, lock_timeout: 10_000 };

/**
 * A connection that a network has dropped without a word looks alive until the kernel gives up, a quarter of an hour
 * later; whatever waits for it would wait as long, and notifications share one connection (docs/adr/0009).
 */
function serviceOptions({ url, poolMax, queryTimeoutMs }: Settings['database']): PostgresDataSourceOptions {
  const options = dataSourceOptions(url, poolMax, SESSION);
  return { ...options, extra: { ...options.extra, answerTimeoutMs: queryTimeoutMs } };
}

@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [SETTINGS],
      useFactory: ({ database }: Settings) => ({
        ...serviceOptions(database),
        autoLoadEntities: true,
        // A wrong address is said at once, and once; waiting for the database is the orchestrator's business.
        toRetry: () => false,
      }),
      dataSourceFactory: async (options) => {
        if (options === undefined) throw new Error('the data source has no options');
        const dataSource = await new DataSource(options).initialize();
        if (!(await dataSource.showMigrations())) return dataSource;
        await dataSource.destroy();
        throw new DatabaseNotMigrated();
      },
    }),
  ],
})
export class DatabaseModule {}
