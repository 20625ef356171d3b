import { existsSync } from 'node:fs';
import process from 'node:process';
import { DataSource } from 'typeorm';
import { SEALED_COLUMNS, type SealedColumn } from './common/sealed-columns.js';
import { Sealing } from './common/sealed.js';
import { readEncryptionKeys, readDatabaseUrl } from './config/settings.js';
import { dataSourceOptions } from './database/data-source.js';

const BATCH = 500;

/**
 * `npm run keys:rotate`: seals every secret in the database anew with DATA_ENCRYPTION_KEY; what DATA_ENCRYPTION_KEY_PREVIOUS
 * sealed opens until then. The service may run meanwhile; again does no harm. Exit code 1 when a value opens with
 * neither key: it is named, and left as it is.
 */
async function main(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const keys = readEncryptionKeys(process.env);
  const dataSource = await new DataSource(dataSourceOptions(readDatabaseUrl(process.env), 2)).initialize();
  let lost = 0;
  try {
    for (const sealed of Object.values<SealedColumn>(SEALED_COLUMNS)) {
      const result = await rotate(dataSource, sealed, new Sealing(keys, sealed.purpose));
      lost += result.lost;
      process.stdout.write(
        `${sealed.table}.${sealed.column}: ${result.sealed} sealed anew, ${result.current} current\n`,
      );
    }
  } finally {
    await dataSource.destroy();
  }
  if (lost > 0) throw new Error(`${lost} secrets open with neither key; their owners have to renew them`);
}

async function rotate(
  dataSource: DataSource,
  { table, rowId, column }: SealedColumn,
  sealing: Sealing,
): Promise<{ sealed: number; current: number; lost: number }> {
  const counts = { sealed: 0, current: 0, lost: 0 };
  for (let after = ''; ;) {
    const rows = await dataSource.query<{ id: string; sealed: Buffer }[]>(
      `SELECT ${rowId}::text AS id, ${column} AS sealed FROM ${table}
       WHERE ${column} IS NOT NULL AND ${rowId}::text > $1 ORDER BY ${rowId}::text LIMIT ${BATCH}`,
      [after],
    );
    for (const { id, sealed } of rows) counts[await reseal(id, sealed)] += 1;
    const last = rows.at(-1);
    if (last === undefined) return counts;
    after = last.id;
  }

  async function reseal(id: string, sealed: Buffer): Promise<keyof typeof counts> {
    if (sealing.isCurrent(sealed)) return 'current';
    let secret: string;
    try {
      secret = sealing.open(sealed, id);
    } catch {
      process.stderr.write(`${table} ${id}: ${column} opens with neither key\n`);
      return 'lost';
    }
    // Only what was read is replaced: the service may have written a newer value meanwhile.
    await dataSource.query(
      `UPDATE ${table} SET ${column} = $3 WHERE ${rowId}::text = $1 AND ${column} = $2`,
      [id, sealed, sealing.seal(secret, id)],
    );
    return 'sealed';
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
