import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Problem } from '../common/http/problem.js';
import { GROUP_LIMITS, GROUP_LOCK_MS, GroupCommit } from '../database/group-commit.js';
import { transaction, waitAtMost } from '../database/transaction.js';
import { PlacementService, type Placed, type Placement } from './placement.service.js';
import { markPrepaid, type PrepaidMark } from './prepaid-mark.js';
import { throwBusy } from './shop-busy.js';

/** What a checkout commits: its order before WeChat is asked, WeChat's prepay afterwards. */
type Step = { placement: Placement } | { mark: PrepaidMark };
type Committed = { placed: Placed | Problem } | { isOpen: boolean };

/**
 * Commits the steps of checkouts. Those that come while a transaction is under way share the next one: in a flash sale
 * everybody waits for the same product's row, and each commit would keep it for a write to the disk (ADR 11).
 */
@Injectable()
export class CheckoutCommitService {
  private readonly logger = new Logger('checkout');
  private readonly steps = new GroupCommit<Step, Committed>({
    keyOf: idOf,
    decide: (steps) => this.commit(steps, GROUP_LOCK_MS),
    onGroupFailed: (steps, cause) =>
      this.logger.warn('checkouts could not be committed together; each of them is committed alone', {
        ids: steps.map(idOf),
        cause,
      }),
    ...GROUP_LIMITS,
  });

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly placement: PlacementService,
  ) {}

  /**
   * Returns once order and attempt are committed; only then may WeChat hear of them (DESIGN §2.3).
   * @throws Problem as `PlacementService.place`, and `SHOP_BUSY` when the order was not written in time; the same
   *   Idempotency-Key finds it if it was after all
   */
  async place(placement: Placement): Promise<Placed> {
    // Coupons are locked before products (DESIGN §2.7): nobody else shall wait for one.
    const isAlone = placement.wanted.couponCode !== undefined;
    const committed = await (isAlone ? this.alone({ placement }) : this.steps.submit({ placement })).catch(
      throwBusy,
    );
    if (!('placed' in committed)) throw new Error('an order was neither made nor refused');
    if (committed.placed instanceof Problem) throw committed.placed;
    return committed.placed;
  }

  /** Returns once it is committed: whether the attempt was still open. @throws Problem `SHOP_BUSY` */
  async markPrepaid(mark: PrepaidMark): Promise<boolean> {
    const committed = await this.steps.submit({ mark }).catch(throwBusy);
    return 'isOpen' in committed && committed.isOpen;
  }

  private async alone(step: Step): Promise<Committed> {
    const [committed] = await this.commit([step], GROUP_LIMITS.patienceMs);
    if (committed === undefined) throw new Error('a step was neither committed nor refused');
    return committed;
  }

  private async commit(steps: readonly Step[], patienceMs: number): Promise<Committed[]> {
    const marks = steps.flatMap((step) => ('mark' in step ? [step.mark] : []));
    const placements = steps.flatMap((step) => ('placement' in step ? [step.placement] : []));
    const { marked, placed } = await transaction(this.dataSource, async (manager) => {
      await waitAtMost(manager, patienceMs);
      // Payments before products, as everybody locks them (DESIGN §2.7).
      const marking = marks.length === 0 ? undefined : markPrepaid(manager, marks);
      return {
        marked: marking,
        placed: placements.length === 0 ? [] : await this.placement.place(manager, placements),
      };
    });
    const open = new Set((await marked?.rows)?.map(({ id }) => id));
    const outcomes = placed.values();
    return steps.map((step) =>
      'mark' in step
        ? { isOpen: open.has(step.mark.paymentId) }
        : { placed: outcomes.next().value as Placed | Problem },
    );
  }
}

function idOf(step: Step): string {
  return 'mark' in step ? step.mark.paymentId : step.placement.id;
}
