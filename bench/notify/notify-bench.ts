import { randomBytes } from 'node:crypto';
import { toCompactBeijing } from '../../src/common/time/beijing-time.js';
import { LoadGenerator } from '../load/load-generator.js';
import { inventMerchant, merchantSettings } from '../merchant.js';
import type { Options } from '../options.js';
import type { Rig } from '../rig.js';
import { compare, type Comparison } from '../rounds.js';
import { startFloor, startOurs } from '../servers.js';
import { NotifyLoad } from './notify-load.js';
import { seedShop } from './unpaid-orders.js';

/** Payment notifications, each for an order of its own: ours against the floor, books checked after every phase. */
export async function benchNotify(rig: Rig, options: Options): Promise<Comparison> {
  const merchant = inventMerchant();
  const load = await LoadGenerator.start(rig);
  const all = { load, merchant, startedAt: toCompactBeijing(new Date()), options };
  const settings = merchantSettings(merchant);
  await seedShop(rig.ours, merchant);
  const service = await startOurs(rig, { settings }, rig.ours, randomBytes(24).toString('hex'));
  const floor = await startFloor(rig, 'bench/floor/notify-floor.js', { settings }, {});
  const sides = {
    ours: new NotifyLoad({ ...all, server: service, database: rig.ours, tables: 'ours' }),
    floor: new NotifyLoad({ ...all, server: floor, database: rig.floor, tables: 'floor' }),
  };
  for (const side of [sides.floor, sides.ours]) await side.next(); // warming up
  await rig.profile?.begin([service.pid], rig.ours);
  const comparison = await compare(options.rounds, (name) => sides[name].next());
  await rig.profile?.end(rig.ours);
  return comparison;
}
