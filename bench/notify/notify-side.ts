import { LoadGenerator } from '../load/load-generator.js';
import type { Merchant } from '../merchant.js';
import type { Options } from '../options.js';
import { loadFreshly, type BenchDatabase } from '../rig.js';
import { measure, type Phase } from '../rounds.js';
import type { Server } from '../servers.js';
import { checkPaid } from './books.js';
import { seedFloorOrders, seedOurOrders } from './unpaid-orders.js';

/** Enough for the compiler to have seen every path, and for both pools to be full. */
const WARM_UP = { orders: 12_000, seconds: 4 };
/** More orders than a phase is expected to need; one that runs out ends early and loses nothing. */
const SPARE = 1.4;

/** What the sides of one comparison share. */
export interface NotifyLoad {
  load: LoadGenerator;
  merchant: Merchant;
  /** 14 digits, `yyyyMMddHHmmss` in UTC+8: where the orders' numbers begin. */
  startedAt: string;
  options: Pick<Options, 'seconds' | 'connections'>;
}

/** A server that is notified of payments, phase by phase, each of orders of its own. */
export class NotifySide {
  /** Number of the next order. */
  private next = 0;
  private settled = 0;
  /** Requests per second of the last phase; says how many orders the next one needs. */
  private rps = 0;

  /** @param tables whose the database's are */
  constructor(
    private readonly all: NotifyLoad,
    private readonly server: Server,
    private readonly database: BenchDatabase,
    private readonly tables: 'ours' | 'floor',
  ) {}

  async warmUp(): Promise<void> {
    await this.phase(WARM_UP.seconds, WARM_UP.orders);
  }

  measured(): Promise<Phase> {
    const { seconds, connections } = this.all.options;
    return this.phase(seconds, Math.ceil(this.rps * seconds * SPARE) + connections);
  }

  /** Orders, their notifications, and whether the books are right. */
  private async phase(seconds: number, count: number): Promise<Phase> {
    const { load, merchant, startedAt, options } = this.all;
    const orders = { startedAt, first: this.next, count };
    await loadFreshly(this.database, () =>
      this.tables === 'ours'
        ? seedOurOrders(this.database, merchant, orders)
        : seedFloorOrders(this.database, orders),
    );
    const requests = { kind: 'notify' as const, merchant, orders };
    const plan = { url: this.server.url, connections: options.connections, seconds, requests };
    const since = new Date();
    const figures = await measure(load, plan, { pid: this.server.pid, database: this.database });
    this.next += count;
    this.settled += figures.answered;
    this.rps = figures.rps;
    await checkPaid(this.database, this.tables, { ...orders, count: figures.answered, since }, this.settled);
    return figures;
  }
}
