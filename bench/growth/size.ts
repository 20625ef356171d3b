import type { LoadGenerator } from '../load/load-generator.js';
import type { Options } from '../options.js';
import type { Run } from '../reconcile/reconcile-bench.js';
import type { BenchDatabase } from '../rig.js';
import type { Server, Simulator } from '../servers.js';
import type { Turns } from '../turns.js';
import type { Past } from './past.js';
import type { StaffLists } from './staff-lists.js';

/** The service of one size, and what it is loaded with; generator and simulator are the same for all sizes. */
export interface LoadedShop {
  load: LoadGenerator;
  simulator: Simulator;
  options: Options;
  database: BenchDatabase;
  service: Server;
}

/** What was measured with so many orders in the tables. */
export interface Size extends StaffLists {
  past: Past;
  /** Yesterday against WeChat's bill. */
  reconcile: Run & { rows: number };
  notify: Turns;
  checkout: Turns;
  /** `npm run ledger:verify` at the end: everything that was written is true. */
  verifyMs: number;
}
