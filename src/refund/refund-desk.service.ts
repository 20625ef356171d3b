import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { Clock } from '../common/time/clock.js';
import { decodeCursor, page } from '../common/http/cursor.js';
import { Problem } from '../common/http/problem.js';
import { run, statement } from '../database/sql.js';
import { transaction } from '../database/transaction.js';
import { AuditService } from '../operator/audit.service.js';
import type { OperatorPrincipal } from '../operator/operator-principal.js';
import type { RequestOrigin } from '../operator/request-origin.js';
import { OrderService } from '../order/order.service.js';
import { Payment } from '../payment/payment.entity.js';
import { WxPayService } from '../wxpay/wxpay.service.js';
import { DueRefunds } from './due-refunds.js';
import { RefundApproval } from './refund-approval.entity.js';
import { RefundExecutionService } from './refund-execution.service.js';
import { RefundRequestService } from './refund-request.service.js';
import { RefundReviewService } from './refund-review.service.js';
import { Refund } from './refund.entity.js';
import type { RefundListQuery, RefundPage, StaffRefundView } from './refund.schema.js';
import { refundView, staffRefundView } from './refund.view.js';

/** Back to work under the same number. After ABNORMAL WeChat is asked first: the bank may have paid meanwhile. */
const RETRY = statement(
  'retry-refund',
  `UPDATE refunds SET status = 'PROCESSING', failure = NULL, waiting = NULL, uncertain = $2, next_check_at = $3 WHERE id = $1`,
);

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
  ) {}

  /** @throws Problem `REFUND_NOT_FOUND` */
  async find(id: string): Promise<Refund> {
    const refund = isUuid(id) ? await this.dataSource.manager.findOneBy(Refund, { id }) : null;
    if (refund === null) throw new Problem('REFUND_NOT_FOUND', 'There is no such refund.');
    return refund;
  }

  async view(id: string, operator: OperatorPrincipal): Promise<StaffRefundView> {
    const refund = await this.find(id);
    const approvals = await this.dataSource.manager.find(RefundApproval, {
      where: { refundId: id },
      order: { approvedAt: 'ASC' },
    });
    return staffRefundView(
      refund,
      approvals,
      await this.reviews.answerFor(this.dataSource.manager, refund, approvals, operator),
    );
  }

  /** All refunds, newest first. */
  async list({ status, limit, cursor }: RefundListQuery): Promise<RefundPage> {
    const query = this.dataSource
      .createQueryBuilder(Refund, 'r')
      .orderBy({ 'r.createdAt': 'DESC', 'r.id': 'DESC' })
      .limit(limit + 1);
    if (status !== undefined) query.andWhere('r.status = :status', { status });
    if (cursor !== undefined) query.andWhere('(r.createdAt, r.id) < (:createdAt, :id)', decodeCursor(cursor));
    const { rows, nextCursor } = page(await query.getMany(), limit);
    return {
      items: rows.map((refund) => ({ ...refundView(refund), requestedBy: refund.requestedBy })),
      nextCursor,
    };
  }

  /**
   * Tries a refund again by hand, always under the same number. A failed one takes its amount back first, or finds that
   * it is no longer there.
   * @throws Problem `REFUND_NOT_RETRYABLE`, `REFUND_TOO_LARGE`
   */
  async retry(id: string, operator: OperatorPrincipal, origin: RequestOrigin): Promise<void> {
    const { orderId, paymentId, accountId } = await this.find(id);
    if (!this.wxpay.refunds(accountId))
      throw new Problem(
        'REFUND_NOT_RETRYABLE',
        `The merchant account ${accountId} speaks API v1, which cannot refund; set it to v2 or v3 first.`,
      );
    await transaction(this.dataSource, async (manager) => {
      const order = await this.orders.lock(manager, orderId);
      await manager.findOne(Payment, { where: { id: paymentId }, lock: { mode: 'pessimistic_write' } });
      const refund = await manager.findOneOrFail(Refund, {
        where: { id },
        lock: { mode: 'pessimistic_write' },
      });
      if (!['FAILED', 'ABNORMAL', 'PROCESSING'].includes(refund.status)) {
        throw new Problem('REFUND_NOT_RETRYABLE', `The refund is ${refund.status}.`, {
          extra: { refundStatus: refund.status },
        });
      }
      const refundableFen = order === null ? 0 : await this.requests.refundable(manager, order);
      if (refund.status === 'FAILED' && refundableFen < refund.amountFen) {
        throw new Problem('REFUND_TOO_LARGE', `Only ${refundableFen} fen are still refundable.`, {
          extra: { refundableFen },
        });
      }
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

  /** Asks WeChat now. A refund that was never sent has nothing to ask about. */
  async sync(id: string): Promise<void> {
    const refund = await this.find(id);
    if (refund.calls > 0) await this.execution.ask(refund);
  }
}
