import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { Problem } from '../../common/http/problem.js';
import { Clock } from '../../common/time/clock.js';
import { transaction } from '../../database/transaction.js';
import { AuditService } from '../../operator/audit.service.js';
import type { OperatorPrincipal } from '../../operator/operator-principal.js';
import { auditOrigin, type RequestOrigin } from '../../operator/request-origin.js';
import { ReconciliationDifference, type Resolution } from './difference.entity.js';
import { DIFFERENCE_TRANSITIONS } from './difference.status.js';

interface By {
  operator: OperatorPrincipal;
  origin: RequestOrigin;
}

/** What people do about a difference; each step in the audit log. It changes no money. */
@Injectable()
export class DifferenceService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** The operator makes it his own. @throws Problem `DIFFERENCE_NOT_FOUND`, `DIFFERENCE_DECIDED` */
  async take(reconciliationId: string, id: string, by: By): Promise<ReconciliationDifference> {
    return this.change(reconciliationId, id, async (manager, difference) => {
      const owner = { id: by.operator.id, name: by.operator.displayName };
      if (difference.owner?.id === owner.id) return;
      await manager.update(ReconciliationDifference, { id }, { owner });
      await this.record(manager, 'taken', difference, { owner: difference.owner }, { owner }, by);
    });
  }

  /**
   * Closes it with a note; the same again by the same words changes nothing.
   * @throws Problem `DIFFERENCE_NOT_FOUND`, `DIFFERENCE_DECIDED`
   */
  async resolve(
    reconciliationId: string,
    id: string,
    { note, resolution }: { note: string; resolution: Resolution },
    by: By,
  ): Promise<ReconciliationDifference> {
    return this.change(reconciliationId, id, async (manager, difference) => {
      const person = { id: by.operator.id, name: by.operator.displayName };
      const decision = { status: 'RESOLVED' as const, note, resolution };
      await manager.update(
        ReconciliationDifference,
        { id },
        { ...decision, owner: difference.owner ?? person, resolvedBy: person, resolvedAt: this.clock.now() },
      );
      await this.record(manager, 'resolved', difference, { status: difference.status }, decision, by);
    });
  }

  private async change(
    reconciliationId: string,
    id: string,
    work: (manager: EntityManager, difference: ReconciliationDifference) => Promise<void>,
  ): Promise<ReconciliationDifference> {
    return transaction(this.dataSource, async (manager) => {
      const difference =
        isUuid(id) && isUuid(reconciliationId)
          ? await manager.findOne(ReconciliationDifference, {
              where: { id, reconciliationId },
              lock: { mode: 'pessimistic_write' },
            })
          : null;
      if (difference === null) throw new Problem('DIFFERENCE_NOT_FOUND', 'There is no such difference.');
      if (DIFFERENCE_TRANSITIONS[difference.status].RESOLVED === undefined)
        throw new Problem('DIFFERENCE_DECIDED', `The difference is ${difference.status}.`);
      await work(manager, difference);
      return manager.findOneByOrFail(ReconciliationDifference, { id });
    });
  }

  private record(
    manager: EntityManager,
    what: string,
    { id, kind, number }: ReconciliationDifference,
    before: object,
    after: object,
    { operator, origin }: By,
  ): Promise<void> {
    return this.audit.record(manager, {
      operator,
      action: `difference.${what}`,
      subjectKind: 'difference',
      subjectId: id,
      before: { kind, number, ...before },
      after,
      ...auditOrigin(origin),
    });
  }
}
