import type { INestApplicationContext, Type } from '@nestjs/common';
import type { DueWorker } from '../../src/common/time/due-worker.js';
import { DueBills } from '../../src/reconcile/daily/due-bills.js';
import { DueOrders } from '../../src/reconcile/due-orders.js';
import { DuePayments } from '../../src/reconcile/due-payments.js';
import { DueRefunds } from '../../src/refund/due-refunds.js';
import { DueReturns } from '../../src/refund/due-returns.js';

const MONEY_LOOPS: Type<DueWorker>[] = [DuePayments, DueOrders, DueReturns, DueRefunds, DueBills];

interface Watched {
  runOnce(): Promise<boolean>;
  wake(): void;
}

/** The application's loops over money that is due, watched from within, so that nobody has to sleep and hope. */
export class Loops {
  private readonly loops: (() => Promise<void>)[];

  constructor(app: INestApplicationContext) {
    this.loops = MONEY_LOOPS.map((loop) => watch(app.get<unknown, Watched>(loop, { strict: false })));
  }

  /** Until each has looked once more, from now on, and found nothing further to do. */
  async look(): Promise<void> {
    await Promise.all(this.loops.map((look) => look()));
  }
}

function watch(loop: Watched): () => Promise<void> {
  const run = loop.runOnce.bind(loop);
  let started = 0;
  const waiting = new Set<{ since: number; resolve: () => void }>();
  loop.runOnce = async () => {
    const mine = ++started;
    let more = false;
    try {
      more = await run();
      return more;
    } finally {
      if (!more)
        for (const each of waiting)
          if (mine > each.since) {
            waiting.delete(each);
            each.resolve();
          }
    }
  };
  return () =>
    new Promise((resolve) => {
      waiting.add({ since: started, resolve });
      loop.wake();
    });
}
