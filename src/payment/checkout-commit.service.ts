import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Problem } from '../common/http/problem.js';
import { GROUP_LIMITS, GROUP_LOCK_MS, GroupCommit } from '../database/group-commit.js';
import { transaction, waitAtMost } from '../database/transaction.js';
import {
  OrderCreationService,
  type OrderToCreate,
  type OrderWithItems,
} from '../order/order-creation.service.js';
import { PlacementService, type Placed, type Placement } from './placement.service.js';
import { markPrepaid, type PrepaidMark } from './prepaid-mark.js';

/** What a checkout commits: its order before WeChat is asked, WeChat's prepay afterwards. Or an order that is paid later. */
type Step = { placement: Placement } | { order: OrderAlone } | { mark: PrepaidMark };
type Committed =
  { placed: Placed | Problem } | { ordered: OrderWithItems | Problem } | { isPayable: boolean };
type OrderAlone = Omit<OrderToCreate<undefined>, 'agree'>;

/**
 * Commits the steps of checkouts. Those that come while a transaction is under way share the next one: in a flash sale
 * everybody waits for the same product's row, and each commit would keep it for a write to the disk (ADR 11).
 */
@Injectable()
export class CheckoutCommitService {
  private readonly logger = new Logger('checkout');
  private readonly steps = new GroupCommit<Step, Committed>({
    keyOf: idOf,
    decide: (steps) => this.commit(steps),
    onGroupFailed: (steps, cause) =>
      this.logger.warn('checkouts could not be committed together; each of them is committed alone', {
        ids: steps.map(idOf),
        cause,
      }),
    ...GROUP_LIMITS,
  });
  /**
   * Orders that come alone: with a coupon, which is locked before products (DESIGN §2.7) and nobody else shall wait for; or
   * paid later. Few at once and none for long, or those behind one held row would take every connection there is.
   */
  private readonly singles = new GroupCommit<Step, Committed>({
    keyOf: idOf,
    decide: (steps) => this.commit(steps),
    onGroupFailed: undefined,
    ...GROUP_LIMITS,
  });

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly placement: PlacementService,
    private readonly orders: OrderCreationService,
  ) {}

  /**
   * Returns once order and attempt are committed; only then may WeChat hear of them (DESIGN §2.3).
   * @throws Problem as `PlacementService.place`; NotDecided (`SHOP_BUSY`) when the order was not written in time: the same
   *   Idempotency-Key finds it if it was after all
   */
  async place(placement: Placement): Promise<Placed> {
    const isAlone = placement.wanted.couponCode !== undefined;
    const committed = await (isAlone ? this.singles : this.steps).submit({ placement });
    if (!('placed' in committed)) throw new Error('an order was neither made nor refused');
    if (committed.placed instanceof Problem) throw committed.placed;
    return committed.placed;
  }

  /** Writes an order that is paid later. @throws Problem as `OrderCreationService.create`; NotDecided as `place` */
  async order(order: OrderAlone): Promise<OrderWithItems> {
    const committed = await this.singles.submit({ order });
    if (!('ordered' in committed)) throw new Error('an order was neither made nor refused');
    if (committed.ordered instanceof Problem) throw committed.ordered;
    return committed.ordered;
  }

  /**
   * Returns once it is committed: whether the attempt was still open and nobody had asked to close its order.
   * @throws NotDecided (`SHOP_BUSY`)
   */
  async markPrepaid(mark: PrepaidMark): Promise<boolean> {
    const committed = await this.steps.submit({ mark });
    return 'isPayable' in committed && committed.isPayable;
  }

  private async commit(steps: readonly Step[]): Promise<Committed[]> {
    const marks = steps.flatMap((step) => ('mark' in step ? [step.mark] : []));
    const placements = steps.flatMap((step) => ('placement' in step ? [step.placement] : []));
    const orders = steps.flatMap((step) =>
      'order' in step ? [{ ...step.order, agree: () => undefined }] : [],
    );
    const { marked, placed, ordered } = await transaction(this.dataSource, async (manager) => {
      await waitAtMost(manager, GROUP_LOCK_MS);
      // Payments before products, as everybody locks them (DESIGN §2.7).
      const marking = marks.length === 0 ? undefined : markPrepaid(manager, marks);
      return {
        marked: marking,
        placed: placements.length === 0 ? [] : await this.placement.place(manager, placements),
        ordered: orders.length === 0 ? [] : await this.orders.create(manager, orders),
      };
    });
    const payable = new Set((await marked?.rows)?.flatMap(({ id, isPayable }) => (isPayable ? [id] : [])));
    const [nextPlaced, nextOrdered] = [placed.values(), ordered.values()];
    return steps.map((step) => {
      if ('mark' in step) return { isPayable: payable.has(step.mark.paymentId) };
      if ('order' in step) return { ordered: nextOrdered.next().value as OrderWithItems | Problem };
      return { placed: nextPlaced.next().value as Placed | Problem };
    });
  }
}

function idOf(step: Step): string {
  if ('mark' in step) return step.mark.paymentId;
  return 'order' in step ? step.order.id : step.placement.id;
}
