import { randomBytes } from 'node:crypto';
import { toCompactBeijing } from '../../src/common/time/beijing-time.js';
import { FLOOR_TABLES } from '../floor/tables.js';
import { LoadGenerator } from '../load/load-generator.js';
import { inventMerchant, merchantSettings } from '../merchant.js';
import type { Options } from '../options.js';
import { line } from '../report.js';
import type { BenchDatabase, Rig } from '../rig.js';
import type { Figures } from '../rounds.js';
import { startBare, startOurs } from '../servers.js';
import { inTurns } from '../turns.js';
import { NotifyLoad } from './notify-load.js';
import { seedShop } from './unpaid-orders.js';

/** One server on one kind of tables. */
export interface Ceiling extends Figures {
  what: string;
  /** Throughput divided by the floor's. */
  ratio: number;
}

const GROUPED = 'bench/floor/grouped-floor.js';
const GROUPED_BY_NEST = 'bench/floor/grouped-nest.js';

/** Leaves our tables with their columns and the unique keys that correctness needs, as the floor's are. */
const KEYS_ALONE = `
  DO $$ DECLARE
    hot regclass[] := ARRAY['orders', 'payments', 'notifications', 'ledger_entries'];
    each record;
  BEGIN
    FOR each IN SELECT conrelid::regclass AS owner, conname FROM pg_constraint WHERE conrelid = ANY (hot) AND contype IN ('f', 'c')
      LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', each.owner, each.conname); END LOOP;
    FOR each IN SELECT tgrelid::regclass AS owner, tgname FROM pg_trigger WHERE tgrelid = ANY (hot) AND NOT tgisinternal
      LOOP EXECUTE format('DROP TRIGGER %I ON %s', each.tgname, each.owner); END LOOP;
    FOR each IN SELECT indexrelid::regclass AS name FROM pg_index WHERE indrelid = ANY (hot) AND NOT indisunique
      LOOP EXECUTE format('DROP INDEX %s', each.name); END LOOP;
  END $$`;
/** Our service makes its queue when it starts; a bare server finds it. */
const QUEUE = `SELECT pgboss.create_queue('events', '{"policy": "standard"}')`;

/**
 * How much of the way from the floor to our service is tables, how much the framework, and how much everything else: a bare
 * server that decides in groups, on plain tables, on ours with the keys alone and on ours as they are, the last in a hollow Nest
 * application as well, and our service on the last two. Books are checked after every phase.
 */
export async function benchCeiling(rig: Rig, options: Options): Promise<Ceiling[]> {
  const merchant = inventMerchant();
  const load = await LoadGenerator.start(rig);
  const all = { load, merchant, startedAt: toCompactBeijing(new Date()), options };
  const wechat = { settings: merchantSettings(merchant) };
  const plain = async (program: string, database: BenchDatabase): Promise<NotifyLoad> => {
    await database.query(FLOOR_TABLES);
    const server = await startBare(rig, program, wechat, database, { TABLES: 'plain' });
    return new NotifyLoad({ ...all, server, database, tables: 'floor' });
  };
  const grouped = async (program: string, name: string, prepare: string[]): Promise<NotifyLoad> => {
    const database = await rig.database(name);
    await seedShop(database, merchant);
    for (const statement of [QUEUE, ...prepare]) await database.query(statement);
    const server = await startBare(rig, program, wechat, database, { TABLES: 'ours' });
    return new NotifyLoad({ ...all, server, database, tables: 'ours' });
  };
  const ours = async (database: BenchDatabase, prepare: string[]): Promise<NotifyLoad> => {
    await seedShop(database, merchant);
    for (const statement of prepare) await database.query(statement);
    const service = await startOurs(rig, wechat, database, randomBytes(24).toString('hex'));
    return new NotifyLoad({ ...all, server: service, database, tables: 'ours' });
  };
  const sides: [what: string, load: NotifyLoad][] = [
    ['the floor: one by one', await plain('bench/floor/notify-floor.js', rig.floor)],
    ['in groups, plain tables', await plain(GROUPED, await rig.empty('plain'))],
    ['in groups, ours, keys alone', await grouped(GROUPED, 'keys_alone', [KEYS_ALONE])],
    ['in groups, our tables', await grouped(GROUPED, 'our_tables', [])],
    ['the same in a hollow Nest', await grouped(GROUPED_BY_NEST, 'hollow_nest', [])],
    ['our service, keys alone', await ours(await rig.database('ours_keys_alone'), [KEYS_ALONE])],
    ['our service', await ours(rig.ours, [])],
  ];
  await inTurns(
    options.rounds,
    sides.map(([, side]) => side),
  );
  const floorRps = sides[0]?.[1].turns.rps ?? Number.NaN;
  return sides.map(([what, { turns }]) => ({ what, ratio: turns.rps / floorRps, ...turns }));
}

/** One row for each server. */
export function ceilingTable(ceilings: readonly Ceiling[], connections: number): string {
  return [
    line(`notify, ${connections} connections`, '/ floor', 'a second', 'p50 ms', 'p99 ms', 'Node µs', 'PG µs'),
    ...ceilings.map(({ what, ratio, rps, p50, p99, cpuMicros, databaseCpuMicros }) =>
      line(
        what,
        ratio.toFixed(2),
        rps.toFixed(0),
        p50.toFixed(1),
        p99.toFixed(1),
        cpuMicros.toFixed(0),
        databaseCpuMicros.toFixed(0),
      ),
    ),
  ].join('\n');
}
