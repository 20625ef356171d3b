import { createHmac, randomBytes } from 'node:crypto';
import { toCompactBeijing } from '../../src/common/time/beijing-time.js';
import { LoadGenerator } from '../load/load-generator.js';
import type { Requests } from '../load/plans.js';
import { inventMerchant, merchantSettings } from '../merchant.js';
import { seedOurOrders, seedShop } from '../notify/unpaid-orders.js';
import type { Options } from '../options.js';
import { loadFreshly, type Rig } from '../rig.js';
import { compare, measure, type Comparison, type Phase } from '../rounds.js';
import { startBare, startOurs } from '../servers.js';

const ORDERS = 2000;
const WARM_UP_SECONDS = 3;

/** A buyer's client asks what became of its order: ours against the floor, on the same rows of one database. */
export async function benchRead(rig: Rig, options: Options): Promise<Comparison> {
  const load = await LoadGenerator.start(rig);
  const merchant = inventMerchant();
  const secret = randomBytes(24).toString('hex');
  await seedShop(rig.ours, merchant);
  const orders = { startedAt: toCompactBeijing(new Date()), first: 0, count: ORDERS };
  await loadFreshly(rig.ours, () => seedOurOrders(rig.ours, merchant, orders));
  const wechat = { settings: merchantSettings(merchant) };
  const sides = {
    ours: await startOurs(rig, wechat, rig.ours, secret),
    floor: await startBare(rig, 'bench/floor/read-floor.js', wechat, rig.ours, { SESSION_SECRET: secret }),
  };
  const rows = await rig.ours.query<{ id: string; buyerId: string }>(
    'SELECT id, buyer_id AS "buyerId" FROM orders',
  );
  const reads = rows.map(({ id, buyerId }) => ({ orderId: id, token: tokenOf(buyerId, secret) }));
  const requests: Requests = { kind: 'read', reads };
  const phase = (side: 'ours' | 'floor', seconds: number): Promise<Phase> => {
    const { url, pid } = sides[side];
    return measure(
      load,
      { url, connections: options.connections, seconds, requests },
      { pid, database: rig.ours },
    );
  };
  for (const side of ['floor', 'ours'] as const) await phase(side, WARM_UP_SECONDS);
  await rig.profile?.begin([sides.ours.pid], rig.ours);
  const comparison = await compare(options.rounds, (side) => phase(side, options.seconds));
  await rig.profile?.end(rig.ours);
  return comparison;
}

/** As the service itself issues it. */
function tokenOf(buyerId: string, secret: string): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub: buyerId, aud: 'buyer', iat: now, exp: now + 3600 };
  const text = `${encode({ alg: 'HS256' })}.${encode(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
