import { Injectable } from '@nestjs/common';
import { Clock } from '../common/time/clock.js';
import { DueWorker } from '../common/time/due-worker.js';
import { SuspenseReturnService } from './suspense-return.service.js';

/** Late and double payments go back without a person (M-09, M-11). The item itself is due: there is no job to lose. */
@Injectable()
export class DueReturns extends DueWorker {
  constructor(
    private readonly returns: SuspenseReturnService,
    clock: Clock,
  ) {
    super('due-returns', clock);
  }

  protected runOnce(): Promise<boolean> {
    return this.returns.returnNextDue();
  }
}
