import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../scripts/embedded-postgres.js';
import { removeCluster } from '../scripts/embedded-postgres-place.js';
import type { Profile } from './profile.js';
import { migrate } from '../src/database/migrate.js';

/** More than any phase writes with what is loaded for it, so that no phase needs a new file. */
const LOG_MB = 400;

export interface BenchDatabase {
  url: string;
  query: <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) => Promise<Row[]>;
}

/** One PostgreSQL with a database for each side, and the order in which everything stops. */
export interface Rig {
  /** Working directory of the children; has no `.env`. */
  dir: string;
  /** Migrated like production. */
  ours: BenchDatabase;
  /** Empty; the floor makes its own tables. */
  floor: BenchDatabase;
  /** Another one, migrated. */
  database(name: string): Promise<BenchDatabase>;
  /** Another one, without tables. */
  empty(name: string): Promise<BenchDatabase>;
  /** Where the time goes, if somebody asked. */
  profile: Profile | undefined;
  /** Called at the end, last one first, whatever happens. */
  onStop(stop: () => Promise<void>): void;
  stop(): Promise<void>;
}

/** @throws Error when the server does not keep what it commits: the figures would mean nothing */
export async function setUpRig(profile: Profile | undefined): Promise<Rig> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (let next = stops.pop(); next !== undefined; next = stops.pop()) await next();
  };
  try {
    // Not the temporary folder if it can be avoided: it often is in memory, where fsync costs nothing.
    const dir = await mkdtemp(join(existsSync('/var/tmp') ? '/var/tmp' : tmpdir(), 'checkout-bench-'));
    stops.push(() => rm(dir, { recursive: true, force: true }));
    await chmod(dir, 0o711); // the server may run as another user
    const dataDir = join(dir, 'postgres');
    stops.push(() => removeCluster(dataDir));
    const postgres = await startEmbeddedPostgres({
      dataDir,
      password: 'bench',
      ...(profile && { settings: profile.postgres }),
    });
    stops.push(() => postgres.stop());
    const ours = await createDatabase(postgres, 'ours', stops);
    const floor = await createDatabase(postgres, 'floor', stops);
    await refuseUnsafeCommits(ours);
    await fillLog(ours);
    await migrate(ours.url);
    const empty = (name: string): Promise<BenchDatabase> => createDatabase(postgres, name, stops);
    const migrated = async (name: string): Promise<BenchDatabase> => {
      const database = await empty(name);
      await migrate(database.url);
      return database;
    };
    return { dir, ours, floor, database: migrated, empty, profile, onStop: (each) => stops.push(each), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function createDatabase(
  postgres: EmbeddedPostgres,
  name: string,
  stops: (() => Promise<void>)[],
): Promise<BenchDatabase> {
  const admin = new pg.Client(postgres.url('postgres'));
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  const pool = new pg.Pool({ connectionString: postgres.url(name), max: 2 });
  pool.on('error', () => undefined); // at the end the server may be faster than the farewell
  stops.push(() => pool.end());
  return {
    url: postgres.url(name),
    query: async (text, values) => (await pool.query(text, values)).rows,
  };
}

async function refuseUnsafeCommits(database: BenchDatabase): Promise<void> {
  const rows = await database.query<{ name: string; setting: string }>(
    "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes')",
  );
  const off = rows.filter(({ setting }) => setting !== 'on').map(({ name }) => name);
  if (off.length > 0) throw new Error(`${off.join(', ')} must be on`);
}

/**
 * A database that has been running writes its log into files it has used before. A new one makes each of them (16 MB, some
 * 50 ms) when it gets there, and everybody waits for it: that would be measured, and most for who writes most.
 */
async function fillLog({ query }: BenchDatabase): Promise<void> {
  await query(
    `SELECT pg_logical_emit_message(false, 'bench', repeat('x', 1048576)) FROM generate_series(1, ${LOG_MB})`,
  );
  await query('CHECKPOINT');
}

/**
 * Loads what a phase needs, and lets both sides begin alike: the checkpoint comes before the rows, as in life, where an
 * order is mostly paid within the checkpoint interval it was written in; the planner gets statistics after them.
 */
export async function loadFreshly({ query }: BenchDatabase, seed: () => Promise<void>): Promise<void> {
  await query('CHECKPOINT');
  await seed();
  await query('VACUUM ANALYZE');
}

/** Process ids of the whole database server, for its CPU time. */
export async function databasePids({ query }: BenchDatabase): Promise<number[]> {
  return (await query<{ pid: number }>('SELECT pid FROM pg_stat_activity')).map(({ pid }) => pid);
}
