import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { transaction } from '../database/transaction.js';
import { AuditService } from '../operator/audit.service.js';
import type { OperatorPrincipal } from '../operator/operator-principal.js';
import { auditOrigin, type RequestOrigin } from '../operator/request-origin.js';

/** Who does something, and from where. */
export interface By {
  operator: OperatorPrincipal;
  origin: RequestOrigin;
}

/**
 * Records what staff ask of WeChat. Such an action spans several transactions with calls between them, so its record
 * cannot stand in the one that decides: it is committed first, and nobody acts unrecorded even when the process dies.
 */
@Injectable()
export class StaffActionService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly audit: AuditService,
  ) {}

  async record(
    { operator, origin }: By,
    action: 'order.close_requested' | 'payment.sync_requested' | 'notification.replay_requested',
    subjectId: string,
    before: Record<string, unknown>,
  ): Promise<void> {
    const subjectKind = action.slice(0, action.indexOf('.'));
    await transaction(this.dataSource, (manager) =>
      this.audit.record(manager, {
        operator,
        action,
        subjectKind,
        subjectId,
        before,
        ...auditOrigin(origin),
      }),
    );
  }
}
