import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { newestPage } from '../../common/http/list-query.js';
import { Problem } from '../../common/http/problem.js';
import { transaction } from '../../database/transaction.js';
import { EffectAttempt } from '../../fulfilment/effect/effect-attempt.entity.js';
import { EffectWorker } from '../../fulfilment/effect/effect-worker.js';
import { Effect } from '../../fulfilment/effect/effect.entity.js';
import { EffectService } from '../../fulfilment/effect/effect.service.js';
import { AuditService } from '../../operator/audit.service.js';
import { auditOrigin } from '../../operator/request-origin.js';
import type { By } from '../staff-action.service.js';
import type { EffectDetail, EffectListQuery, EffectPage } from './effect.schema.js';
import { effectDetail, effectRow } from './effect.view.js';

/** Side effects as staff see them, and starting one again. */
@Injectable()
export class EffectDeskService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly effects: EffectService,
    private readonly worker: EffectWorker,
    private readonly audit: AuditService,
  ) {}

  async list({ kind, status, orderId, ...range }: EffectListQuery): Promise<EffectPage> {
    const query = this.dataSource.createQueryBuilder(Effect, 'e');
    if (kind !== undefined) query.andWhere('e.kind = :kind', { kind });
    if (status !== undefined) query.andWhere('e.status = :status', { status });
    if (orderId !== undefined) query.andWhere('e.orderId = :orderId', { orderId });
    const { rows, nextCursor } = await newestPage(query, 'createdAt', range);
    return { items: rows.map(effectRow), nextCursor };
  }

  /** @throws Problem `EFFECT_NOT_FOUND` */
  async view(id: string): Promise<EffectDetail> {
    const { effect, attempts } = await this.read(id);
    return effectDetail(effect, attempts);
  }

  /** In one snapshot: a status and the attempt that led to it belong together. @throws Problem `EFFECT_NOT_FOUND` */
  read(id: string): Promise<{ effect: Effect; attempts: EffectAttempt[] }> {
    return this.dataSource.transaction('REPEATABLE READ', async (manager) => {
      const effect = isUuid(id) ? await manager.findOneBy(Effect, { id }) : null;
      if (effect === null) throw notFound();
      const order = { attempt: 'ASC' } as const;
      return { effect, attempts: await manager.find(EffectAttempt, { where: { effectId: id }, order }) };
    });
  }

  /**
   * Starts it again under the same id; earlier attempts stay in its log. One that is running is left to itself.
   * @param of the kind and target it must have, when the route names them
   * @throws Problem `EFFECT_NOT_FOUND`
   */
  async replay(
    id: string,
    { operator, origin }: By,
    of: { kind?: string; target?: string } = {},
  ): Promise<EffectDetail> {
    await transaction(this.dataSource, async (manager) => {
      const known = isUuid(id) && (await manager.existsBy(Effect, { ...of, id }));
      const before = known ? await this.effects.again(manager, id) : null;
      if (before === null) throw notFound();
      const { kind, target, status, attempts } = before;
      await this.audit.record(manager, {
        operator,
        action: 'effect.replayed',
        subjectKind: 'effect',
        subjectId: id,
        before: { kind, target, status, attempts },
        ...auditOrigin(origin),
      });
    });
    this.worker.wake();
    return this.view(id);
  }
}

function notFound(): Problem {
  return new Problem('EFFECT_NOT_FOUND', 'There is no such side effect.');
}
