import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock } from '../common/time/clock.js';
import { Problem } from '../common/http/problem.js';
import { purposeKey } from '../common/sealed.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { run, statement } from '../database/sql.js';
import { transaction } from '../database/transaction.js';
import { AuditService } from '../operator/audit.service.js';
import type { OperatorPrincipal } from '../operator/operator-principal.js';
import type { RequestOrigin } from '../operator/request-origin.js';
import { WxPayService } from '../wxpay/wxpay.service.js';
import { lockRefund } from './locked-refund.js';
import { isCardOfTwo } from './refund-card.js';
import { RefundConclusionService } from './refund-conclusion.service.js';
import { RefundExecutionService } from './refund-execution.service.js';
import { RefundReviewService, reviewRefused } from './refund-review.service.js';
import { REFUND_LEASE_MS } from './refund-schedule.js';
import type { Refund } from './refund.entity.js';
import { approvalsNeeded } from './refund.policy.js';
import type { AbnormalRefund } from './refund.schema.js';
import { readUnderReview, type RefundUnderReview } from './refund-under-review.js';

/** Uncertain from here on: if this process dies before WeChat answers, the due row asks what became of it. */
const SEND_ELSEWHERE = statement(
  'send-abnormal-refund-elsewhere',
  `UPDATE refunds SET status = 'PROCESSING', waiting = NULL, uncertain = true, next_check_at = $2 WHERE id = $1`,
);

/**
 * Sends a refund that the buyer's bank refused to another card (protocol §2.9, M-23). The card's data goes to WeChat,
 * encrypted, and nowhere else: no row, no log, no audit entry holds it. Between two people's word there is a digest of it.
 */
@Injectable()
export class AbnormalRefundService {
  private readonly cardKey: Buffer;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly wxpay: WxPayService,
    private readonly reviews: RefundReviewService,
    private readonly execution: RefundExecutionService,
    private readonly conclusions: RefundConclusionService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    const [newest = ''] = settings.data.encryptionKeys;
    this.cardKey = purposeKey(newest, 'abnormal refund card');
  }

  /**
   * The refund policy applies once more: who may not approve a refund may not choose where it goes either, and where it
   * takes two to approve it takes two to name another card.
   * @throws Problem `REFUND_NOT_ABNORMAL`, `REFUND_REVIEW_REFUSED`, `REFUND_CARD_UNCONFIRMED`, `WXPAY_REJECTED`,
   *   `WXPAY_OUTCOME_UNKNOWN`
   */
  async sendElsewhere(
    found: Refund,
    card: AbnormalRefund,
    operator: OperatorPrincipal,
    origin: RequestOrigin,
  ): Promise<void> {
    const refund = await transaction(this.dataSource, (manager) =>
      this.begin(manager, found, card, operator, origin),
    );
    if (refund === undefined)
      throw new Problem(
        'REFUND_CARD_UNCONFIRMED',
        'Noted. It took two people to approve this refund, so a second one who may has to enter the same card; only then it is sent.',
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

  /** @returns undefined when a second person has to name the card as well */
  private async begin(
    manager: EntityManager,
    { id }: Refund,
    card: AbnormalRefund,
    operator: OperatorPrincipal,
    origin: RequestOrigin,
  ): Promise<Refund | undefined> {
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
    const isSent =
      card.type === 'MERCHANT_BANK_CARD' ||
      !this.takesTwo(underReview) ||
      (await isCardOfTwo(manager, this.cardKey, id, operator.id, card, now));
    const status = isSent ? 'PROCESSING' : refund.status;
    if (isSent) await run(manager, SEND_ELSEWHERE, [id, new Date(now.getTime() + REFUND_LEASE_MS)]);
    await this.audit.record(manager, {
      operator,
      action: isSent ? 'refund.sent_elsewhere' : 'refund.card_entered',
      subjectKind: 'refund',
      subjectId: id,
      before: { status: refund.status },
      after: { status, type: card.type },
      ...origin,
    });
    return isSent ? refund : undefined;
  }

  /** As it was when it was approved, or as it would be now. */
  private takesTwo({ approvals, cumulativeFen }: RefundUnderReview): boolean {
    return approvals.length > 1 || approvalsNeeded(cumulativeFen, this.settings.refund) > 1;
  }
}
