import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type SelectQueryBuilder } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { Buyer } from '../../buyer/buyer.entity.js';
import { newestPage } from '../../common/http/list-query.js';
import { Problem } from '../../common/http/problem.js';
import { Clock } from '../../common/time/clock.js';
import { transaction } from '../../database/transaction.js';
import { AuditService } from '../../operator/audit.service.js';
import { auditOrigin } from '../../operator/request-origin.js';
import type { By } from '../staff-action.service.js';
import { totalsOf } from './buyer-totals.js';
import type { StaffBuyerListQuery, StaffBuyerPage, StaffBuyerView } from './staff-buyer.schema.js';
import { staffBuyerView } from './staff-buyer.view.js';

/**
 * Each name is looked up by its own index. Of an openid the four characters that are shown, or all: any other end would
 * let somebody guess it one character at a time.
 */
const NAMED = `
  SELECT buyer_id FROM orders WHERE order_no = :q
  UNION SELECT id FROM buyers WHERE right(openid, 4) = :q
  UNION SELECT id FROM buyers WHERE openid = :q`;
const WITH_ID = 'UNION SELECT id FROM buyers WHERE id = :id';

type Change = Pick<Buyer, 'note'> | Pick<Buyer, 'blockedAt'>;

/** The shop's members: everybody who has logged in, what they bought, and whether they may go on. */
@Injectable()
export class StaffBuyerService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  async list({ q, blocked, ...range }: StaffBuyerListQuery): Promise<StaffBuyerPage> {
    const query = this.dataSource.createQueryBuilder(Buyer, 'b');
    if (blocked !== undefined) query.andWhere(`b.blockedAt IS ${blocked === 'true' ? 'NOT NULL' : 'NULL'}`);
    if (q !== undefined) whereNamed(query, q);
    const { rows, nextCursor } = await newestPage(query, 'createdAt', range);
    const totals = await totalsOf(
      this.dataSource.manager,
      rows.map(({ id }) => id),
    );
    return { items: rows.map((buyer) => staffBuyerView(buyer, totals.get(buyer.id))), nextCursor };
  }

  /** @throws Problem `BUYER_NOT_FOUND` */
  async view(id: string): Promise<StaffBuyerView> {
    const buyer = isUuid(id) ? await this.dataSource.manager.findOneBy(Buyer, { id }) : null;
    if (buyer === null) throw noSuchBuyer();
    const totals = await totalsOf(this.dataSource.manager, [buyer.id]);
    return staffBuyerView(buyer, totals.get(buyer.id));
  }

  /** @throws Problem `BUYER_NOT_FOUND` */
  setNote(id: string, note: string, by: By): Promise<StaffBuyerView> {
    return this.change(id, by, 'buyer.note_changed', ({ note: before }) => before !== note && { note });
  }

  /** From now on he cannot order or pay; a payment already begun still counts. @throws Problem `BUYER_NOT_FOUND` */
  block(id: string, by: By): Promise<StaffBuyerView> {
    const blockedAt = this.clock.now();
    return this.change(id, by, 'buyer.blocked', (buyer) => buyer.blockedAt === null && { blockedAt });
  }

  /** @throws Problem `BUYER_NOT_FOUND` */
  unblock(id: string, by: By): Promise<StaffBuyerView> {
    return this.change(
      id,
      by,
      'buyer.unblocked',
      ({ blockedAt }) => blockedAt !== null && { blockedAt: null },
    );
  }

  /** @param decide false when the buyer already is as wanted: then nothing is written, nor audited */
  private async change(
    id: string,
    { operator, origin }: By,
    action: string,
    decide: (buyer: Buyer) => Change | false,
  ): Promise<StaffBuyerView> {
    if (!isUuid(id)) throw noSuchBuyer();
    await transaction(this.dataSource, async (manager) => {
      const buyer = await manager.findOne(Buyer, { where: { id }, lock: { mode: 'for_no_key_update' } });
      if (buyer === null) throw noSuchBuyer();
      const after = decide(buyer);
      if (after === false) return;
      await manager.update(Buyer, { id }, after);
      const before = 'note' in after ? { note: buyer.note } : { blockedAt: buyer.blockedAt };
      await this.audit.record(manager, {
        operator,
        action,
        subjectKind: 'buyer',
        subjectId: buyer.id,
        before,
        after,
        ...auditOrigin(origin),
      });
    });
    return this.view(id);
  }
}

/** Keeps the buyers that `text` names: an id, an order's number, an openid or its end as the list shows it. */
function whereNamed(query: SelectQueryBuilder<Buyer>, text: string): void {
  const q = text.replace(/^\*+/, '');
  query.andWhere(`b.id IN (${isUuid(q) ? `${NAMED} ${WITH_ID}` : NAMED})`, {
    q,
    ...(isUuid(q) && { id: q }),
  });
}

function noSuchBuyer(): Problem {
  return new Problem('BUYER_NOT_FOUND', 'There is no such buyer.');
}
