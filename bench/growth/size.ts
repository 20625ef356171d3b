import type { Run } from '../reconcile/reconcile-bench.js';
import type { Figures } from '../rounds.js';
import type { Past } from './past.js';
import type { StaffLists } from './staff-lists.js';

/** What was measured with so many orders in the tables. */
export interface Size extends StaffLists {
  past: Past;
  /** Yesterday against WeChat's bill. */
  reconcile: Run & { rows: number };
  notify: Figures;
  checkout: Figures;
  /** `npm run ledger:verify` at the end: everything that was written is true. */
  verifyMs: number;
}
