import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { Clock } from '../../common/time/clock.js';
import { toFen } from '../../common/fen.js';
import { newestPage } from '../../common/http/list-query.js';
import { Problem } from '../../common/http/problem.js';
import { run, statement } from '../../database/sql.js';
import { transaction } from '../../database/transaction.js';
import { newEvent } from '../../jobs/event.js';
import { JobService } from '../../jobs/job.service.js';
import { LedgerService, type Movement } from '../../ledger/ledger.service.js';
import { AuditService } from '../../operator/audit.service.js';
import { SuspenseItem } from '../../payment/suspense-item.entity.js';
import { Refund } from '../../refund/refund.entity.js';
import { lockOpen } from '../../refund/suspense-lock.js';
import type { By } from '../staff-action.service.js';
import type { SuspenseDetail, SuspenseListQuery, SuspensePage } from './suspense.schema.js';
import { suspenseDetail, suspenseRow } from './suspense.view.js';

const ACCEPT = statement(
  'accept-suspense',
  `UPDATE suspense_items SET status = 'ACCEPTED', accepted_by = $2, accept_note = $3, accepted_at = $4, return_at = NULL
   WHERE id = $1`,
);

/** Money that arrived wrongly, as staff see it, and keeping it. Giving it back is a refund (refund/suspense-return). */
@Injectable()
export class SuspenseDeskService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly ledger: LedgerService,
    private readonly jobs: JobService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  async list({ kind, status, ...range }: SuspenseListQuery): Promise<SuspensePage> {
    const query = this.dataSource.createQueryBuilder(SuspenseItem, 's');
    if (kind !== undefined) query.andWhere('s.kind = :kind', { kind });
    if (status !== undefined) query.andWhere('s.status = :status', { status });
    const { rows, nextCursor } = await newestPage(query, 'createdAt', range);
    return { items: rows.map(suspenseRow), nextCursor };
  }

  /** @throws Problem `SUSPENSE_NOT_FOUND` */
  async view(id: string): Promise<SuspenseDetail> {
    const { manager } = this.dataSource;
    const item = isUuid(id) ? await manager.findOneBy(SuspenseItem, { id }) : null;
    if (item === null) throw new Problem('SUSPENSE_NOT_FOUND', 'There is no such item.');
    const returns = await manager.find(Refund, { where: { suspenseId: id }, order: { createdAt: 'ASC' } });
    return suspenseDetail(item, returns);
  }

  /**
   * Keeps the money as other income. The order, if there is one, does not move: only its exact amount pays it (M-05), its
   * stock may be sold (M-10), and what is refundable of it is what its own payment was.
   * @throws Problem `SUSPENSE_NOT_FOUND`, `SUSPENSE_ALREADY_DECIDED`
   */
  async accept(id: string, note: string, { operator, origin }: By): Promise<void> {
    await transaction(this.dataSource, async (manager) => {
      const item = await lockOpen(manager, id);
      const now = this.clock.now();
      await run(manager, ACCEPT, [id, { id: operator.id, name: operator.displayName }, note, now]);
      await this.ledger.book(manager, [acceptMovement(item, now)]);
      const { orderId, paymentId } = item;
      if (orderId !== null) {
        const subjects = { orderId, ...(paymentId !== null && { paymentId }), suspenseId: id };
        await this.jobs.enqueue(manager, 'events', [newEvent('suspense.accepted', now, subjects)]);
      }
      await this.audit.record(manager, {
        operator,
        action: 'suspense.accepted',
        subjectKind: 'suspense',
        subjectId: id,
        before: { status: item.status },
        after: { status: 'ACCEPTED', amountFen: item.amountFen, note },
        ...origin,
      });
    });
  }
}

function acceptMovement(item: SuspenseItem, bookedAt: Date): Movement {
  return {
    kind: 'SUSPENSE_ACCEPTED',
    subjectId: item.id,
    merchantAccount: item.accountId,
    currency: item.currency,
    bookedAt,
    lines: [
      { account: 'SUSPENSE', amountFen: item.amountFen },
      { account: 'OTHER_INCOME', amountFen: toFen(-item.amountFen) },
    ],
  };
}
