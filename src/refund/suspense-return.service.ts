import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { uuidv7 } from '../common/uuid-v7.js';
import { Clock } from '../common/time/clock.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { run, statement } from '../database/sql.js';
import { transaction } from '../database/transaction.js';
import { AuditService } from '../operator/audit.service.js';
import type { OperatorPrincipal } from '../operator/operator-principal.js';
import type { RequestOrigin } from '../operator/request-origin.js';
import { SuspenseItem } from '../payment/suspense-item.entity.js';
import { DueRefunds } from './due-refunds.js';
import { RefundDeskService } from './refund-desk.service.js';
import { Refund, type Person } from './refund.entity.js';
import { approvesItself, AUTO_APPROVAL } from './refund.policy.js';
import { RETURN_REASONS, RETURN_RULE, returnNo } from './suspense-return.js';
import { lockOpen } from './suspense-lock.js';
import { followReturn } from './suspense-state.js';

const INSERT = statement(
  'insert-return',
  `INSERT INTO refunds (id, refund_no, suspense_id, account_id, app_id, status, amount_fen, reason, requested_by,
                        reviewed_by, reviewed_at, created_at, next_check_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $11)`,
);

/**
 * Gives money in suspense back. A return is a refund like any other (one number, row before call, unknown is not failed);
 * it names the item instead of an order.
 */
@Injectable()
export class SuspenseReturnService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly desk: RefundDeskService,
    private readonly audit: AuditService,
    private readonly dueRefunds: DueRefunds,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Starts the return of one item that is due to go back by itself. @returns whether there was one */
  async returnNextDue(): Promise<boolean> {
    const started = await transaction(this.dataSource, async (manager) => {
      const item = await manager
        .createQueryBuilder(SuspenseItem, 's')
        .where('s.returnAt <= :now', { now: this.clock.now() })
        .orderBy('s.returnAt', 'ASC')
        .limit(1)
        .setLock('pessimistic_write')
        .setOnLocked('skip_locked')
        .getOne();
      if (item !== null) await this.start(manager, item, RETURN_RULE, RETURN_RULE);
      return item !== null;
    });
    if (started) this.dueRefunds.wake();
    return started;
  }

  /**
   * A person wants an item to go back: decided by the refund policy, as every refund that staff ask for. A return that
   * failed before goes on under its own number and its own approval.
   * @throws Problem `SUSPENSE_NOT_FOUND`, `SUSPENSE_ALREADY_DECIDED`
   */
  async request(id: string, operator: OperatorPrincipal, origin: RequestOrigin): Promise<void> {
    const failed = isUuid(id)
      ? await this.dataSource.manager.findOneBy(Refund, { suspenseId: id, status: 'FAILED' })
      : null;
    if (failed !== null) return this.desk.retry(failed.id, operator, origin);
    const approved = await transaction(this.dataSource, async (manager) => {
      const item = await lockOpen(manager, id);
      const automatic = approvesItself(item.amountFen, this.settings.refund);
      const person: Person = { kind: 'operator', id: operator.id, name: operator.displayName };
      const refundId = await this.start(manager, item, person, automatic ? AUTO_APPROVAL : null);
      await this.audit.record(manager, {
        operator,
        action: 'suspense.return_requested',
        subjectKind: 'suspense',
        subjectId: id,
        before: { status: item.status },
        after: { status: 'RETURNING', refundId, amountFen: item.amountFen },
        ...origin,
      });
      return automatic;
    });
    if (approved) this.dueRefunds.wake();
  }

  /** Writes the refund and moves the locked item; due at once when somebody has approved it already. */
  private async start(
    manager: EntityManager,
    item: SuspenseItem,
    requestedBy: Person,
    approvedBy: Person | null,
  ): Promise<string> {
    const id = uuidv7();
    const now = this.clock.now();
    const earlier = await manager.countBy(Refund, { suspenseId: item.id });
    await run(manager, INSERT, [
      id,
      returnNo(item, earlier),
      item.id,
      item.accountId,
      item.appId,
      approvedBy === null ? 'REQUESTED' : 'APPROVED',
      item.amountFen,
      RETURN_REASONS[item.kind],
      requestedBy,
      approvedBy,
      approvedBy === null ? null : now,
      now,
    ]);
    await followReturn(manager, item, 'REQUESTED');
    return id;
  }
}
