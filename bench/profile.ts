import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueryResultRow } from 'pg';

const PRELOAD = new URL('./profiled.js', import.meta.url).href;

/** By the time PostgreSQL spent on them, planning left out: hot statements are prepared. */
const STATEMENTS = `
  SELECT calls::float8, total_exec_time AS ms, 1000 * mean_exec_time AS micros, rows::float8, wal_bytes::float8 AS wal,
         regexp_replace(query, '\\s+', ' ', 'g') AS query
  FROM pg_stat_statements JOIN pg_database ON oid = dbid AND datname = current_database()
  ORDER BY total_exec_time DESC LIMIT 40`;

interface Database {
  query: <Row extends QueryResultRow>(text: string) => Promise<Row[]>;
}

/** Looks where the time goes: CPU profiles of our processes and PostgreSQL's own account of statements. Costs speed. */
export class Profile {
  /** Settings of PostgreSQL. */
  readonly postgres = {
    shared_preload_libraries: 'pg_stat_statements',
    'pg_stat_statements.track': 'all',
    track_io_timing: 'on',
  };

  /** @param dir where profiles and `statements.txt` are written */
  constructor(private readonly dir: string) {
    mkdirSync(dir, { recursive: true });
  }

  /** What a process is started with so that it can be looked at. */
  get execArgv(): string[] {
    return ['--import', PRELOAD];
  }

  get env(): Record<string, string> {
    return { PROFILE_DIR: this.dir };
  }

  /** From now on; what came before was warming up. */
  async begin(pids: readonly number[], { query }: Database): Promise<void> {
    await query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
    await query('SELECT pg_stat_statements_reset()');
    for (const pid of pids) process.kill(pid, 'SIGUSR2');
  }

  async end({ query }: Database): Promise<void> {
    const rows = await query<Record<string, number> & { query: string }>(STATEMENTS);
    const lines = rows.map(({ calls = 0, ms = 0, micros = 0, rows = 0, wal = 0, query }) =>
      [
        ms.toFixed(0).padStart(8),
        calls.toFixed(0).padStart(8),
        micros.toFixed(1).padStart(10),
        rows.toFixed(0).padStart(9),
        wal.toFixed(0).padStart(11),
        ` ${query.slice(0, 400)}`,
      ].join(''),
    );
    const head = '      ms   calls  µs each      rows  WAL bytes  statement';
    writeFileSync(join(this.dir, 'statements.txt'), [head, ...lines, ''].join('\n'));
  }
}
