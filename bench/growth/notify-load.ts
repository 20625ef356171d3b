import { toCompactBeijing } from '../../src/common/time/beijing-time.js';
import { mismatches } from '../mismatches.js';
import { checkNotified, tally } from '../notify/books.js';
import { seedOurOrders } from '../notify/unpaid-orders.js';
import { loadFreshly } from '../rig.js';
import { measure, type Phase } from '../rounds.js';
import { SizeLoad } from './size-load.js';
import type { LoadedShop } from './size.js';

const WARM_UP = { orders: 6000, seconds: 4 };
/** More orders than a phase is expected to need. */
const SPARE = 1.4;

/** What was ordered just now is being paid, as in `bench -- notify`. */
export class NotifyLoad extends SizeLoad {
  private readonly startedAt = toCompactBeijing(new Date());
  private seeded = 0;
  private settled = 0;
  private before: Record<string, number> | undefined;

  constructor(private readonly shop: LoadedShop) {
    super();
  }

  protected async phase(before: Phase | undefined): Promise<Phase> {
    const { load, database, service, simulator, options } = this.shop;
    this.before ??= await tally(database, 'ours');
    const seconds = before === undefined ? WARM_UP.seconds : options.seconds;
    const count =
      before === undefined ? WARM_UP.orders : Math.ceil(before.rps * seconds * SPARE) + options.connections;
    const orders = { startedAt: this.startedAt, first: this.seeded, count };
    await loadFreshly(database, () => seedOurOrders(database, simulator.merchant, orders));
    const since = new Date();
    const requests = { kind: 'notify' as const, merchant: simulator.merchant, orders };
    const plan = { url: service.url, connections: options.connections, seconds, requests };
    const figures = await measure(load, plan, { pid: service.pid, database, helpers: [simulator.pid] });
    this.seeded += count;
    this.settled += figures.answered;
    await checkNotified(database, 'ours', { ...orders, count: figures.answered, since });
    return figures;
  }

  /** @throws Error when something changed beside the notified orders; it counts the whole database, so once, at the end */
  async checkRest(): Promise<void> {
    const { before, settled } = this;
    const after = await tally(this.shop.database, 'ours');
    const wrong = mismatches(
      after,
      (name) => (before?.[name] ?? 0) + (name === 'ledger balance' ? 0 : settled),
    );
    if (wrong.length > 0)
      throw new Error(`beside the notified orders something changed: ${wrong.join('; ')}`);
  }
}
