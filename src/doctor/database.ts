import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../database/data-source.js';
import { fault, ok, skipped, type Check } from './check.js';

const UNDEFINED_TABLE = '42P01';

/** Whether the database can be reached and has this version's tables; reads only. */
export async function databaseChecks(url: string): Promise<Check[]> {
  let dataSource: DataSource;
  try {
    dataSource = await new DataSource(dataSourceOptions(url, 1)).initialize();
  } catch (error) {
    return [unreachable(url, error), skipped('migrations', ['database'])];
  }
  try {
    const pending = await pendingMigrations(dataSource);
    return [ok('database', where(url)), migrationsCheck(dataSource, pending)];
  } finally {
    await dataSource.destroy();
  }
}

/** TypeORM's own `showMigrations` would create its table. */
async function pendingMigrations(dataSource: DataSource): Promise<string[]> {
  let applied: { name: string }[];
  try {
    applied = await dataSource.query<{ name: string }[]>('SELECT name FROM migrations');
  } catch (error) {
    if ((error as { code?: string }).code !== UNDEFINED_TABLE) throw error;
    applied = [];
  }
  const names = new Set(applied.map(({ name }) => name));
  return dataSource.migrations
    .map((migration) => migration.name ?? migration.constructor.name)
    .filter((name) => !names.has(name));
}

function migrationsCheck({ migrations }: DataSource, pending: readonly string[]): Check {
  if (pending.length === 0) return ok('migrations', `all ${migrations.length} applied`);
  return fault('migrations', {
    found: `${pending.length} of ${migrations.length} are still to be applied, the first is ${pending[0] ?? ''}`,
    todo: 'Run `npm run migrate`.',
    zh: `数据库有 ${pending.length} 个迁移未执行；请运行 npm run migrate。`,
  });
}

/** Never the whole address: it holds the password. */
function where(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${pathname.slice(1)} at ${hostname}:${port || '5432'}`;
}

function unreachable(url: string, error: unknown): Check {
  const { code = 'no answer' } = error as { code?: string };
  const finding = (found: string, todo: string, zh: string): Check =>
    fault('database', { found: `${where(url)}: ${found} (${code})`, todo, zh });
  if (code === '28P01' || code === '28000')
    return finding(
      'it refuses user or password',
      'Set user and password in DATABASE_URL right; characters such as @ and / must be percent-encoded.',
      '数据库用户名或密码错误；请核对 DATABASE_URL，特殊字符需转义。',
    );
  if (code === '3D000')
    return finding(
      'there is no such database',
      'Create it (createdb), then run `npm run migrate`.',
      '数据库不存在；请先创建，再运行 npm run migrate。',
    );
  return finding(
    'it cannot be reached',
    'Is PostgreSQL running, and are host and port in DATABASE_URL right?',
    '无法连接数据库；请确认PostgreSQL已启动，DATABASE_URL 的主机和端口正确。',
  );
}
