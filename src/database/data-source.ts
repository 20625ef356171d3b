import { readdirSync } from 'node:fs';
import pg from 'pg';
import type { MigrationInterface } from 'typeorm';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions.js';
import { SnakeNaming } from './naming.js';
import { TimedClient } from './timed-client.js';

const INT8_OID = 20;

/** Imported here: TypeORM's own loader imports from evaluated text, which breaks where several test files share a process. */
const directory = new URL('../../migrations/', import.meta.url);
const migrations = (
  await Promise.all(
    readdirSync(directory)
      .filter((name) => name.endsWith('.js'))
      .map(
        (name) =>
          import(new URL(name, directory).href) as Promise<Record<string, new () => MigrationInterface>>,
      ),
  )
).flatMap((module) => Object.values(module));

/**
 * How this service connects: used by the application, the migrations and the tests alike.
 * @param url connection string
 * @param poolMax connections of this instance
 * @param session more settings of its sessions, by PostgreSQL's names
 */
export function dataSourceOptions(
  url: string,
  poolMax: number,
  session: Readonly<Record<string, number>> = {},
): PostgresDataSourceOptions {
  // Named statements keep their plan; left to itself PostgreSQL plans those with arrays anew each time.
  const settings = Object.entries({ plan_cache_mode: 'force_generic_plan', ...session });
  return {
    type: 'postgres',
    url,
    namingStrategy: new SnakeNaming(),
    synchronize: false,
    migrations,
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    poolSize: poolMax,
    applicationName: 'checkout',
    extra: {
      Client: TimedClient,
      options: settings.map(([name, value]) => `-c ${name}=${value}`).join(' '),
      // Statements that do not wait for each other's answer leave together and cost one round trip.
      pipeline: true,
      types: { getTypeParser },
      keepAlive: true,
      idleTimeoutMillis: 30_000,
      connectionTimeoutMillis: 5000,
    },
  };
}

/** bigint arrives as a number when it is exact; every bigint of ours is a fen amount or a counter far below 2^53. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid !== INT8_OID) return pg.types.getTypeParser(oid, format);
  return (value) => {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw new RangeError('a bigint is too large to be exact');
    return number;
  };
}
