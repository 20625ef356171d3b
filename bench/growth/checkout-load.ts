import { checkOrdered } from '../checkout/books.js';
import { postponeChecks } from '../checkout/checkout-bench.js';
import { openShop, type Shop } from '../checkout/shop.js';
import { loadFreshly } from '../rig.js';
import { measure, type Phase } from '../rounds.js';
import { PhasedLoad } from '../turns.js';
import type { LoadedShop } from './size.js';

const WARM_UP_SECONDS = 4;

/** Fresh orders, as in `bench -- checkout`. */
export class CheckoutLoad extends PhasedLoad {
  private catalogue: Shop | undefined;
  private ordered = 0;

  constructor(private readonly shop: LoadedShop) {
    super();
  }

  protected async phase(before: Phase | undefined): Promise<Phase> {
    const { load, database, service, simulator, options } = this.shop;
    this.catalogue ??= await openShop(database, service.url, simulator.controlUrl);
    const { tokens, productIds } = this.catalogue;
    await loadFreshly(database, () => Promise.resolve());
    const requests = { kind: 'checkout' as const, tokens, productIds };
    const seconds = before === undefined ? WARM_UP_SECONDS : options.seconds;
    const plan = { url: service.url, connections: options.connections, seconds, requests };
    const figures = await measure(load, plan, { pid: service.pid, database, helpers: [simulator.pid] });
    // Now, because the next phase is another size's and these would be due in the middle of it.
    await postponeChecks({ name: 'ours', database });
    this.ordered += figures.answered;
    await checkOrdered(database, 'ours', this.catalogue, this.ordered);
    return figures;
  }
}
