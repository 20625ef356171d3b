import { PgBoss } from 'pg-boss';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from './data-source.js';

/**
 * Brings the database to this version: our tables by migrations/, the job queue's by pg-boss. Safe to repeat and to
 * run from several places at once.
 * @returns names of the migrations applied
 */
export async function migrate(url: string): Promise<string[]> {
  const applied = await withDataSource(url, (dataSource) => dataSource.runMigrations({ transaction: 'all' }));
  const boss = new PgBoss({ connectionString: url, max: 1, supervise: false, schedule: false });
  boss.on('error', () => undefined); // a call that fails throws; a connection lost while idle is no news here
  await boss.start();
  await boss.stop();
  return applied.map(({ name }) => name);
}

/** Takes the newest migration back. */
export async function revertMigration(url: string): Promise<void> {
  await withDataSource(url, (dataSource) => dataSource.undoLastMigration({ transaction: 'all' }));
}

async function withDataSource<Result>(
  url: string,
  work: (dataSource: DataSource) => Promise<Result>,
): Promise<Result> {
  const dataSource = await new DataSource(dataSourceOptions(url, 2)).initialize();
  try {
    // Two instances that migrate at once take turns; the lock falls with the connection.
    const runner = dataSource.createQueryRunner();
    await runner.query("SELECT pg_advisory_lock(hashtext('checkout migrations'))");
    const result = await work(dataSource);
    await runner.query("SELECT pg_advisory_unlock(hashtext('checkout migrations'))");
    await runner.release();
    return result;
  } finally {
    await dataSource.destroy();
  }
}
