import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { decodeCursor, page } from '../../common/http/cursor.js';
import { Problem } from '../../common/http/problem.js';
import { run, statement } from '../../database/sql.js';
import { Coupon } from './coupon.entity.js';
import type { StaffCouponListQuery, StaffCouponPage, StaffCouponView } from './coupon.schema.js';
import { staffCouponView } from './coupon.view.js';

const COUNT_RESERVED = statement(
  'count-reserved-coupons',
  `SELECT coupon_id AS id, count(*) AS reserved FROM coupon_uses
   WHERE coupon_id = ANY($1::uuid[]) AND status = 'RESERVED' GROUP BY coupon_id`,
);

/** Coupons as staff see them. */
@Injectable()
export class CouponDeskService {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** @throws Problem `COUPON_NOT_FOUND` */
  find(id: string): Promise<StaffCouponView> {
    return this.snapshot(async (manager) => {
      const coupon = isUuid(id) ? await manager.findOneBy(Coupon, { id }) : null;
      if (coupon === null) throw noSuchCoupon();
      const reserved = await reservedOf(manager, [coupon]);
      return staffCouponView(coupon, reserved.get(coupon.id) ?? 0);
    });
  }

  /** Newest first. */
  list({ active, code, buyerId, limit, cursor }: StaffCouponListQuery): Promise<StaffCouponPage> {
    return this.snapshot(async (manager) => {
      const query = manager
        .createQueryBuilder(Coupon, 'c')
        .orderBy({ 'c.createdAt': 'DESC', 'c.id': 'DESC' })
        .limit(limit + 1);
      if (active !== undefined) query.andWhere('c.active = :active', { active: active === 'true' });
      if (code !== undefined) query.andWhere('c.code = :code', { code });
      if (buyerId !== undefined) query.andWhere('c.buyerId = :buyerId', { buyerId });
      if (cursor !== undefined)
        query.andWhere('(c.createdAt, c.id) < (:createdAt, :id)', decodeCursor(cursor));
      const { rows, nextCursor } = page(await query.getMany(), limit);
      const reserved = await reservedOf(manager, rows);
      return { items: rows.map((row) => staffCouponView(row, reserved.get(row.id) ?? 0)), nextCursor };
    });
  }

  /** `taken` and the reserved uses belong to one moment: their difference is what was used. */
  private snapshot<Result>(read: (manager: EntityManager) => Promise<Result>): Promise<Result> {
    return this.dataSource.transaction('REPEATABLE READ', read);
  }
}

async function reservedOf(manager: EntityManager, coupons: readonly Coupon[]): Promise<Map<string, number>> {
  const ids = coupons.map(({ id }) => id);
  const counts = await run<{ id: string; reserved: number }>(manager, COUNT_RESERVED, [ids]);
  return new Map(counts.map(({ id, reserved }) => [id, reserved]));
}

export function noSuchCoupon(): Problem {
  return new Problem('COUPON_NOT_FOUND', 'There is no such coupon.');
}
