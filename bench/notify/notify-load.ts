import type { LoadGenerator } from '../load/load-generator.js';
import type { Merchant } from '../merchant.js';
import type { Options } from '../options.js';
import { loadFreshly, type BenchDatabase } from '../rig.js';
import { measure, type Phase } from '../rounds.js';
import type { Server } from '../servers.js';
import { PhasedLoad } from '../turns.js';
import { checkPaid, type Notified } from './books.js';
import { seedFloorOrders, seedOurOrders } from './unpaid-orders.js';

/** Enough for the compiler to have seen every path, and for both pools to be full. */
const WARM_UP = { orders: 12_000, seconds: 4 };
/** More orders than a phase is expected to need; one that runs out ends early and loses nothing. */
const SPARE = 1.4;

/** The server that is notified, and by whom. */
export interface NotifiedShop {
  load: LoadGenerator;
  merchant: Merchant;
  /** 14 digits, `yyyyMMddHHmmss` in UTC+8: where the orders' numbers begin. */
  startedAt: string;
  options: Pick<Options, 'seconds' | 'connections'>;
  server: Server;
  database: BenchDatabase;
  /** Whose the database's are. */
  tables: 'ours' | 'floor';
  /** Processes that work for it and are not somebody else's. */
  helpers?: readonly number[];
}

/** Payment notifications, each for an order of its own. */
export class NotifyLoad extends PhasedLoad {
  /** Number of the next order. */
  private ordered = 0;
  protected settled = 0;

  constructor(protected readonly shop: NotifiedShop) {
    super();
  }

  protected async phase(before: Phase | undefined): Promise<Phase> {
    const { load, merchant, startedAt, options, server, database, tables, helpers = [] } = this.shop;
    const seconds = before === undefined ? WARM_UP.seconds : options.seconds;
    const count =
      before === undefined ? WARM_UP.orders : Math.ceil(before.rps * seconds * SPARE) + options.connections;
    const orders = { startedAt, first: this.ordered, count };
    await loadFreshly(database, () =>
      tables === 'ours' ? seedOurOrders(database, merchant, orders) : seedFloorOrders(database, orders),
    );
    const requests = { kind: 'notify' as const, merchant, orders };
    const plan = { url: server.url, connections: options.connections, seconds, requests };
    const since = new Date();
    const figures = await measure(load, plan, { pid: server.pid, database, helpers });
    this.ordered += count;
    this.settled += figures.answered;
    await this.check({ ...orders, count: figures.answered, since });
    return figures;
  }

  /** @throws Error when the notified orders are not paid as they should be, or anything else has changed */
  protected check(notified: Notified): Promise<void> {
    return checkPaid(this.shop.database, this.shop.tables, notified, this.settled);
  }
}
