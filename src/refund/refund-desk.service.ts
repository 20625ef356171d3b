import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, In, type EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { Clock } from '../common/time/clock.js';
import { newestPage, type Period } from '../common/http/list-query.js';
import { Problem } from '../common/http/problem.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { run, statement } from '../database/sql.js';
import { transaction } from '../database/transaction.js';
import { AuditService } from '../operator/audit.service.js';
import type { OperatorPrincipal } from '../operator/operator-principal.js';
import type { RequestOrigin } from '../operator/request-origin.js';
import { OrderService } from '../order/order.service.js';
import { SuspenseItem } from '../payment/suspense-item.entity.js';
import { WxPayService } from '../wxpay/wxpay.service.js';
import { DueRefunds } from './due-refunds.js';
import { lockRefund, type LockedRefund } from './locked-refund.js';
import { unitsGone, unitsLeft } from './refund-amount.js';
import { RefundExecutionService } from './refund-execution.service.js';
import { RefundRequestService } from './refund-request.service.js';
import { refundNotFound, RefundReviewService } from './refund-review.service.js';
import { Refund } from './refund.entity.js';
import { approvalsNeeded, approvesItself } from './refund.policy.js';
import { whereRefund, type RefundFilter } from './refund-search.js';
import type { StaffRefundView } from './refund.schema.js';
import { LIVE_STATUSES } from './refund.status.js';
import { readUnderReview } from './refund-under-review.js';
import { staffRefundView } from './refund.view.js';
import { suspenseDecided } from './suspense-lock.js';
import { followReturn } from './suspense-state.js';

/** Back to work under the same number. After ABNORMAL WeChat is asked first: the bank may have paid meanwhile. */
const RETRY = statement(
  'retry-refund',
  `UPDATE refunds SET status = 'PROCESSING', failure = NULL, waiting = NULL, uncertain = $2, next_check_at = $3 WHERE id = $1`,
);

const OF_ORDER =
  '(r.orderId = :orderId OR r.suspenseId IN (SELECT id FROM suspense_items WHERE order_id = :orderId))';

/** One page of refunds, and which. */
type RefundPageQuery = RefundFilter & Period & { limit: number; cursor?: string | undefined };

/** What staff see and do with refunds besides deciding them. */
@Injectable()
export class RefundDeskService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly orders: OrderService,
    private readonly requests: RefundRequestService,
    private readonly reviews: RefundReviewService,
    private readonly wxpay: WxPayService,
    private readonly execution: RefundExecutionService,
    private readonly audit: AuditService,
    private readonly dueRefunds: DueRefunds,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** @throws Problem `REFUND_NOT_FOUND` */
  async find(id: string): Promise<Refund> {
    const refund = isUuid(id) ? await this.dataSource.manager.findOneBy(Refund, { id }) : null;
    if (refund === null) throw refundNotFound();
    return refund;
  }

  async view(id: string, operator: OperatorPrincipal): Promise<StaffRefundView> {
    const [found] = isUuid(id) ? await readUnderReview(this.dataSource.manager, [id]) : [];
    if (found === undefined) throw refundNotFound();
    return staffRefundView(found, this.reviews.answerFor(found, operator));
  }

  /** The order that a refund is about: for money from suspense the one it was meant for, if that is ours. */
  async orderOf({ orderId, suspenseId }: Refund): Promise<string | null> {
    if (suspenseId === null) return orderId;
    return (await this.dataSource.manager.findOneByOrFail(SuspenseItem, { id: suspenseId })).orderId;
  }

  /** Refunds, newest first; of one order with what came back of the money that arrived wrongly for it. */
  async list(
    { limit, cursor, from, to, ...filter }: RefundPageQuery,
    of: { orderId?: string; ids?: readonly string[] } = {},
  ): Promise<{ rows: Refund[]; nextCursor: string | null }> {
    const query = this.dataSource.createQueryBuilder(Refund, 'r');
    whereRefund(query, filter);
    if (of.orderId !== undefined) query.andWhere(OF_ORDER, { orderId: of.orderId });
    if (of.ids !== undefined) query.andWhere('r.id = ANY(:ids)', { ids: of.ids });
    return newestPage(query, 'createdAt', { limit, cursor, from, to });
  }

  /**
   * Tries a refund again by hand, always under the same number. A failed one takes its amount and its goods back first,
   * or finds that they are no longer there.
   * @throws Problem `REFUND_NOT_FOUND`, `REFUND_NOT_RETRYABLE`, `REFUND_TOO_LARGE`, `REFUND_ITEMS_IMPOSSIBLE`,
   *   `REFUND_APPROVALS_MISSING`, `SUSPENSE_ALREADY_DECIDED`, `MERCHANT_ACCOUNT_REMOVED`
   */
  async retry(id: string, operator: OperatorPrincipal, origin: RequestOrigin): Promise<void> {
    const found = await this.find(id);
    if (!this.wxpay.refunds(found.accountId))
      throw new Problem(
        'REFUND_NOT_RETRYABLE',
        `The merchant account ${found.accountId} speaks API v1, which cannot refund; set it to v2 or v3 first.`,
      );
    await transaction(this.dataSource, async (manager) => {
      const locked = await lockRefund(manager, id);
      const { refund } = locked;
      if (!['FAILED', 'ABNORMAL', 'PROCESSING'].includes(refund.status)) {
        throw new Problem('REFUND_NOT_RETRYABLE', `The refund is ${refund.status}.`, {
          extra: { refundStatus: refund.status },
        });
      }
      if (refund.status === 'FAILED') await this.reserveAgain(manager, locked);
      const askFirst = refund.status === 'ABNORMAL' || refund.uncertain;
      await run(manager, RETRY, [id, askFirst, this.clock.now()]);
      await this.audit.record(manager, {
        operator,
        action: 'refund.retried',
        subjectKind: 'refund',
        subjectId: id,
        before: { status: refund.status, failure: refund.failure, waiting: refund.waiting },
        after: { status: 'PROCESSING' },
        ...origin,
      });
    });
    this.dueRefunds.wake();
  }

  /**
   * A failed refund has let go of its money and its goods, and with what the order has given back since it may need more
   * approvals than it has. All of it is there still, or it is not.
   */
  private async reserveAgain(manager: EntityManager, locked: LockedRefund): Promise<void> {
    if (locked.purpose === 'SUSPENSE') {
      if (locked.item.status !== 'OPEN') throw suspenseDecided(locked.item);
      return followReturn(manager, locked.item, 'PROCESSING');
    }
    const refundableFen = await this.requests.refundable(manager, locked.payment);
    if (refundableFen < locked.refund.amountFen) {
      throw new Problem('REFUND_TOO_LARGE', `Only ${refundableFen} fen are still refundable.`, {
        extra: { refundableFen },
      });
    }
    await this.refuseGoodsGone(manager, locked.refund, locked.order.id);
    await this.refuseUnapproved(manager, locked.refund.id);
  }

  private async refuseGoodsGone(manager: EntityManager, { items }: Refund, orderId: string): Promise<void> {
    const lines = await this.orders.itemsOf(manager, orderId);
    const gone = unitsGone(await manager.findBy(Refund, { orderId, status: In(LIVE_STATUSES) }));
    for (const { line, name, quantity } of items ?? []) {
      const ordered = lines.find((each) => each.line === line);
      const left = ordered === undefined ? 0 : unitsLeft(ordered, gone);
      if (quantity > left)
        throw new Problem(
          'REFUND_ITEMS_IMPOSSIBLE',
          `This refund takes ${quantity} × ${name} back, other refunds have left ${left}; ask for a new one.`,
        );
    }
  }

  private async refuseUnapproved(manager: EntityManager, id: string): Promise<void> {
    const [found] = await readUnderReview(manager, [id]);
    if (found === undefined) throw new Error(`there is no refund ${id}`);
    const { cumulativeFen, approvals } = found;
    const rules = this.settings.refund;
    const needed = approvesItself(cumulativeFen, rules) ? 0 : approvalsNeeded(cumulativeFen, rules);
    if (needed > approvals.length)
      throw new Problem(
        'REFUND_APPROVALS_MISSING',
        `With the order's other refunds it comes to ${cumulativeFen} fen, which needs ${needed} approvals; this one has ${approvals.length}. Ask for a new refund and have that approved.`,
        { extra: { approvalsNeeded: needed } },
      );
  }

  /**
   * Asks WeChat now; recorded first, so that nobody acts unrecorded even when the process dies. A refund that was never
   * sent has nothing to ask about.
   * @throws Problem `REFUND_NOT_FOUND`, `MERCHANT_ACCOUNT_REMOVED`, `WXPAY_OUTCOME_UNKNOWN`
   */
  async sync(id: string, operator: OperatorPrincipal, origin: RequestOrigin): Promise<void> {
    const refund = await this.find(id);
    await transaction(this.dataSource, (manager) =>
      this.audit.record(manager, {
        operator,
        action: 'refund.sync_requested',
        subjectKind: 'refund',
        subjectId: refund.id,
        before: { status: refund.status },
        ...origin,
      }),
    );
    const unknown = refund.calls > 0 ? await this.execution.ask(refund) : undefined;
    if (unknown !== undefined)
      throw new Problem(
        'WXPAY_OUTCOME_UNKNOWN',
        `${unknown.message}. Nothing is lost: WeChat is asked again by itself.`,
        { extra: { refundId: refund.id, reason: unknown.reason }, retryAfterSeconds: 2 },
      );
  }
}
