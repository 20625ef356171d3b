import { DataSource } from 'typeorm';
import { Clock } from '../common/time/clock.js';
import { dataSourceOptions } from '../database/data-source.js';
import { DatabaseNotMigrated } from '../database/database.module.js';
import { AuditService } from './audit.service.js';
import { Operator } from './operator.entity.js';
import { OperatorService } from './operator.service.js';
import { PasswordHasher } from './session/password-hasher.js';
import { SessionService } from './session/session.service.js';

/**
 * Accounts without the application around them: for the commands and the demo.
 * @throws DatabaseNotMigrated, or the database's own error
 */
export async function withOperators<Result>(
  databaseUrl: string,
  work: (operators: OperatorService, dataSource: DataSource) => Promise<Result>,
): Promise<Result> {
  const dataSource = await new DataSource({
    ...dataSourceOptions(databaseUrl, 2),
    entities: [Operator],
  }).initialize();
  try {
    if (await dataSource.showMigrations()) throw new DatabaseNotMigrated();
    const audit = new AuditService(new Clock());
    const sessions = new SessionService(dataSource, audit);
    return await work(new OperatorService(dataSource, new PasswordHasher(), sessions, audit), dataSource);
  } finally {
    await dataSource.destroy();
  }
}
