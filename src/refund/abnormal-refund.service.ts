import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock } from '../common/time/clock.js';
import { Problem } from '../common/http/problem.js';
import { run, statement } from '../database/sql.js';
import { transaction } from '../database/transaction.js';
import { AuditService } from '../operator/audit.service.js';
import type { OperatorPrincipal } from '../operator/operator-principal.js';
import type { RequestOrigin } from '../operator/request-origin.js';
import { WxPayService } from '../wxpay/wxpay.service.js';
import { lockRefund } from './locked-refund.js';
import { RefundConclusionService } from './refund-conclusion.service.js';
import { RefundExecutionService } from './refund-execution.service.js';
import { RefundReviewService, reviewRefused } from './refund-review.service.js';
import { REFUND_LEASE_MS } from './refund-schedule.js';
import type { Refund } from './refund.entity.js';
import type { AbnormalRefund } from './refund.schema.js';
import { readUnderReview } from './refund-under-review.js';

/** Uncertain from here on: if this process dies before WeChat answers, the due row asks what became of it. */
const SEND_ELSEWHERE = statement(
  'send-abnormal-refund-elsewhere',
  `UPDATE refunds SET status = 'PROCESSING', waiting = NULL, uncertain = true, next_check_at = $2 WHERE id = $1`,
);

/**
 * Sends a refund that the buyer's bank refused to another card (protocol §2.9, M-23). The card's data goes to WeChat,
 * encrypted, and nowhere else: no row, no log, no audit entry holds it.
 */
@Injectable()
export class AbnormalRefundService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly wxpay: WxPayService,
    private readonly reviews: RefundReviewService,
    private readonly execution: RefundExecutionService,
    private readonly conclusions: RefundConclusionService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /**
   * The refund policy applies once more: who may not approve a refund may not choose where it goes either.
   * @throws Problem `REFUND_NOT_ABNORMAL`, `REFUND_REVIEW_REFUSED`, `WXPAY_REJECTED`, `WXPAY_OUTCOME_UNKNOWN`
   */
  async sendElsewhere(
    found: Refund,
    card: AbnormalRefund,
    operator: OperatorPrincipal,
    origin: RequestOrigin,
  ): Promise<void> {
    const refund = await transaction(this.dataSource, (manager) =>
      this.begin(manager, found, card.type, operator, origin),
    );
    const outcome = await this.wxpay.applyAbnormalRefund(refund.accountId, {
      outRefundNo: refund.refundNo,
      refundId: refund.refundId ?? '',
      ...card,
    });
    if (outcome.kind === 'accepted') return this.conclusions.accepted(refund.id, outcome.value.refundId);
    // Whatever was said, WeChat's state of the refund is the truth; refused, it is ABNORMAL again.
    await this.execution.ask(refund);
    if (outcome.kind === 'unknown') throw new Problem('WXPAY_OUTCOME_UNKNOWN', outcome.message);
    const { code, message } = outcome;
    throw new Problem('WXPAY_REJECTED', `WeChat Pay says ${code}: ${message}`, {
      extra: { wxpay: { code, message } },
    });
  }

  private async begin(
    manager: EntityManager,
    found: Refund,
    type: AbnormalRefund['type'],
    operator: OperatorPrincipal,
    origin: RequestOrigin,
  ): Promise<Refund> {
    const { id } = found;
    const { refund } = await lockRefund(manager, id);
    if (refund.status !== 'ABNORMAL') {
      throw new Problem('REFUND_NOT_ABNORMAL', `The refund is ${refund.status}.`, {
        extra: { refundStatus: refund.status },
      });
    }
    const [underReview] = await readUnderReview(manager, [id]);
    if (underReview === undefined) throw new Error(`there is no refund ${id}`);
    const answer = this.reviews.answerFor(underReview, operator);
    if (!answer.allowed) throw reviewRefused(answer);
    const now = this.clock.now();
    await run(manager, SEND_ELSEWHERE, [id, new Date(now.getTime() + REFUND_LEASE_MS)]);
    await this.audit.record(manager, {
      operator,
      action: 'refund.sent_elsewhere',
      subjectKind: 'refund',
      subjectId: id,
      before: { status: refund.status },
      after: { status: 'PROCESSING', type },
      ...origin,
    });
    return refund;
  }
}
