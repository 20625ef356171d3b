import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { SETTINGS, type Settings } from '../config/settings.js';
import { dataSourceOptions } from './data-source.js';

export class DatabaseNotMigrated extends Error {
  constructor() {
    super('The database has migrations to apply: run `npm run migrate` first.');
    this.name = 'DatabaseNotMigrated';
  }
}

@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [SETTINGS],
      useFactory: ({ database }: Settings) => ({
        ...dataSourceOptions(database.url, database.poolMax),
        autoLoadEntities: true,
        retryAttempts: 0, // a wrong address is said at once; waiting for the database is the orchestrator's business
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
