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
 * A connection that a network has dropped without a word looks alive until the kernel gives up, a quarter of an hour
 * later; whatever waits for it would wait as long, and notifications share one connection (docs/adr/0009).
 */
function serviceOptions({ url, poolMax, queryTimeoutMs }: Settings['database']): PostgresDataSourceOptions {
  const options = dataSourceOptions(url, poolMax);
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
