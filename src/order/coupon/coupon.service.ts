import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, Not, type EntityManager } from 'typeorm';
import { uuidv7 } from '../../common/uuid-v7.js';
import type { Fen } from '../../common/fen.js';
import { decodeCursor, page } from '../../common/http/cursor.js';
import { Problem } from '../../common/http/problem.js';
import { Clock } from '../../common/time/clock.js';
import { run, statement } from '../../database/sql.js';
import { send } from '../../database/transaction.js';
import type { Order } from '../order.entity.js';
import { CouponUse } from './coupon-use.entity.js';
import { Coupon } from './coupon.entity.js';
import { refusalOf, type Refusal } from './coupon.policy.js';
import { COUPON_CODE, type CouponListQuery, type CouponPage } from './coupon.schema.js';
import { couponView } from './coupon.view.js';
import { discountOf } from './discount.js';

const RESERVE = statement(
  'reserve-coupon',
  `WITH counted AS (UPDATE coupons SET taken = taken + 1 WHERE id = $2)
   INSERT INTO coupon_uses (id, coupon_id, order_id, buyer_id, status, discount_fen, reserved_at)
   VALUES ($1, $2, $3, $4, 'RESERVED', $5, $6)`,
);
const MARK_USED = statement(
  'use-coupons',
  `UPDATE coupon_uses SET status = 'USED', used_at = $2 WHERE order_id = ANY($1::uuid[]) AND status = 'RESERVED'`,
);
const RELEASE = statement(
  'release-coupon',
  `WITH released AS (
     UPDATE coupon_uses SET status = 'RELEASED', released_at = $2 WHERE order_id = $1 AND status = 'RESERVED'
     RETURNING coupon_id)
   UPDATE coupons c SET taken = c.taken - 1 FROM released WHERE c.id = released.coupon_id`,
);

/** The rules of `refusalOf`, for a whole list at once. */
const USABLE = `c.active AND c.startsAt <= :now AND (c.endsAt IS NULL OR c.endsAt > :now)
  AND (c.buyerId IS NULL OR c.buyerId = :buyerId) AND (c.totalLimit IS NULL OR c.taken < c.totalLimit)
  AND (c.perBuyerLimit IS NULL OR c.perBuyerLimit > (
    SELECT count(*) FROM coupon_uses u WHERE u.coupon_id = c.id AND u.buyer_id = :buyerId AND u.status <> 'RELEASED'))`;

/** Coupons in the life of an order: reserved when it is made, used when it is paid, given back when it closes unpaid (A10). */
@Injectable()
export class CouponService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /**
   * Locks the coupon a buyer names and makes sure that he may use it. Until the commit everybody else with this coupon
   * waits here, so that its limits hold however many come at once. Before the products (DESIGN §2.7).
   * @throws Problem `COUPON_…`, naming `couponCode`
   */
  async lock(manager: EntityManager, code: string, buyerId: string): Promise<Coupon> {
    const spelled = code.trim().toUpperCase();
    const coupon = COUPON_CODE.test(spelled)
      ? await manager.findOne(Coupon, { where: { code: spelled }, lock: { mode: 'pessimistic_write' } })
      : null;
    if (coupon === null) throw refused({ code: 'COUPON_NOT_USABLE', why: 'is not known' });
    // A statement of its own: its snapshot is newer than the wait for the lock.
    const usesOfBuyer = await manager.countBy(CouponUse, {
      couponId: coupon.id,
      buyerId,
      status: Not('RELEASED'),
    });
    const refusal = refusalOf(coupon, { buyerId, usesOfBuyer, now: this.clock.now() });
    if (refusal !== undefined) throw refused(refusal);
    return coupon;
  }

  /**
   * What the coupon takes off these goods: at least 1 fen, and at least 1 fen stays to be paid.
   * @throws Problem `COUPON_MINIMUM_NOT_REACHED`, `COUPON_NOT_USABLE`
   */
  discount(coupon: Coupon, totalFen: Fen): Fen {
    if (totalFen < coupon.minTotalFen) {
      const why = `needs goods for ${coupon.minTotalFen} fen; these cost ${totalFen} fen`;
      throw refused({ code: 'COUPON_MINIMUM_NOT_REACHED', why });
    }
    const discountFen = discountOf(coupon, totalFen);
    if (discountFen < 1)
      throw refused({ code: 'COUPON_NOT_USABLE', why: `takes nothing off ${totalFen} fen` });
    return discountFen;
  }

  /** Writes the use of a locked coupon by a new order. */
  async reserve(
    manager: EntityManager,
    coupon: Coupon,
    { id: orderId, buyerId, discountFen, createdAt }: Order,
  ): Promise<void> {
    await send(manager, RESERVE, [uuidv7(), coupon.id, orderId, buyerId, discountFen, createdAt]);
  }

  /** The coupons of orders that are being paid, all in one statement; the caller holds the orders' locks. */
  async markUsed(manager: EntityManager, orderIds: readonly string[], now: Date): Promise<void> {
    if (orderIds.length > 0) await send(manager, MARK_USED, [orderIds, now]);
  }

  /** The coupon of an order that closes unpaid may be used again; the caller holds the order's lock. */
  async release(manager: EntityManager, orderId: string, now: Date): Promise<void> {
    await run(manager, RELEASE, [orderId, now]);
  }

  /** What this buyer could use now if his order is large enough, newest first: coupons for everybody and his own. */
  async usable(buyerId: string, { limit, cursor }: CouponListQuery): Promise<CouponPage> {
    const query = this.dataSource
      .createQueryBuilder(Coupon, 'c')
      .where(USABLE, { buyerId, now: this.clock.now() })
      .orderBy({ 'c.createdAt': 'DESC', 'c.id': 'DESC' })
      .limit(limit + 1);
    if (cursor !== undefined) query.andWhere('(c.createdAt, c.id) < (:createdAt, :id)', decodeCursor(cursor));
    const { rows, nextCursor } = page(await query.getMany(), limit);
    return { items: rows.map(couponView), nextCursor };
  }
}

function refused({ code, why }: Refusal): Problem {
  return new Problem(code, `The coupon ${why}.`, { errors: [{ field: 'couponCode', message: why }] });
}
