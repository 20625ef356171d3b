import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { decodeCursor, page } from '../../common/http/cursor.js';
import { Problem } from '../../common/http/problem.js';
import { Clock } from '../../common/time/clock.js';
import { run, statement } from '../../database/sql.js';
import { transaction } from '../../database/transaction.js';
import { AuditService } from '../../operator/audit.service.js';
import type { OperatorPrincipal } from '../../operator/operator-principal.js';
import { auditOrigin, type RequestOrigin } from '../../operator/request-origin.js';
import { CouponUse } from './coupon-use.entity.js';
import { Coupon } from './coupon.entity.js';
import type {
  CouponChange,
  NewCoupon,
  StaffCouponListQuery,
  StaffCouponPage,
  StaffCouponView,
} from './coupon.schema.js';
import { staffCouponView } from './coupon.view.js';

const INSERT = statement(
  'insert-coupon',
  `INSERT INTO coupons (id, code, name, amount_fen, percent_off, max_discount_fen, min_total_fen, starts_at, ends_at,
                        total_limit, per_buyer_limit, buyer_id, created_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
);
const CHANGE = statement(
  'change-coupon',
  `UPDATE coupons SET name = $2, amount_fen = $3, percent_off = $4, max_discount_fen = $5, min_total_fen = $6,
                      starts_at = $7, ends_at = $8, total_limit = $9, per_buyer_limit = $10, active = $11
   WHERE id = $1`,
);
const COUNT_RESERVED = statement(
  'count-reserved-coupons',
  `SELECT coupon_id AS id, count(*) AS reserved FROM coupon_uses
   WHERE coupon_id = ANY($1::uuid[]) AND status = 'RESERVED' GROUP BY coupon_id`,
);

/** Coupons as staff see and change them. What orders have made of them stays as it is. */
@Injectable()
export class CouponDeskService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /**
   * @param id of the coupon to be, owned by the Idempotency-Key
   * @throws Problem `COUPON_CODE_TAKEN`, `BUYER_NOT_FOUND`, `VALIDATION_FAILED` for a period that is none
   */
  async create(
    id: string,
    wanted: NewCoupon,
    operator: OperatorPrincipal,
    origin: RequestOrigin,
  ): Promise<StaffCouponView> {
    const now = this.clock.now();
    const [startsAt, endsAt] = [dateOr(wanted.startsAt, now), dateOr(wanted.endsAt, null)];
    refuseEmptyPeriod(startsAt, endsAt);
    if (wanted.buyerId !== undefined && !isUuid(wanted.buyerId)) throw noSuchBuyer();
    await transaction(this.dataSource, async (manager) => {
      if (await manager.existsBy(Coupon, { id })) return;
      await run(manager, INSERT, [
        id,
        wanted.code,
        wanted.name,
        wanted.kind === 'FIXED' ? wanted.amountFen : null,
        wanted.kind === 'PERCENT' ? wanted.percentOff : null,
        wanted.kind === 'PERCENT' ? wanted.maxDiscountFen : null,
        wanted.minTotalFen,
        startsAt,
        endsAt,
        wanted.totalLimit,
        wanted.perBuyerLimit,
        wanted.buyerId,
        now,
      ]).catch(explain);
      const coupon = await manager.findOneByOrFail(Coupon, { id });
      await this.record(manager, 'created', id, { after: settingsOf(coupon) }, operator, origin);
    });
    return this.find(id);
  }

  /** @throws Problem `COUPON_NOT_FOUND`, `COUPON_LIMIT_BELOW_USE`, `VALIDATION_FAILED` */
  async change(
    id: string,
    change: CouponChange,
    operator: OperatorPrincipal,
    origin: RequestOrigin,
  ): Promise<StaffCouponView> {
    await transaction(this.dataSource, async (manager) => {
      const coupon = await lock(manager, id);
      refuseOtherKind(coupon, change);
      const { startsAt, endsAt, ...rest } = change;
      const after = {
        ...coupon,
        ...rest,
        startsAt: dateOr(startsAt, coupon.startsAt),
        endsAt: endsAt === null ? null : dateOr(endsAt, coupon.endsAt),
      };
      refuseEmptyPeriod(after.startsAt, after.endsAt);
      if ((after.totalLimit ?? Infinity) < coupon.taken) {
        throw new Problem(
          'COUPON_LIMIT_BELOW_USE',
          `${coupon.taken} orders hold or have used it; to stop it, make it inactive.`,
          { errors: [{ field: 'totalLimit', message: `at least ${coupon.taken}` }] },
        );
      }
      await run(manager, CHANGE, [
        id,
        after.name,
        after.amountFen,
        after.percentOff,
        after.maxDiscountFen,
        after.minTotalFen,
        after.startsAt,
        after.endsAt,
        after.totalLimit,
        after.perBuyerLimit,
        after.active,
      ]);
      const changed = await manager.findOneByOrFail(Coupon, { id });
      const [before, now] = [settingsOf(coupon), settingsOf(changed)];
      await this.record(manager, 'changed', id, { before, after: now }, operator, origin);
    });
    return this.find(id);
  }

  /** Gone when no order ever named it, inactive otherwise. @throws Problem `COUPON_NOT_FOUND` */
  async remove(id: string, operator: OperatorPrincipal, origin: RequestOrigin): Promise<void> {
    await transaction(this.dataSource, async (manager) => {
      const coupon = await lock(manager, id);
      const before = settingsOf(coupon);
      if (await manager.existsBy(CouponUse, { couponId: id })) {
        await manager.update(Coupon, { id }, { active: false });
        const after = { ...before, active: false };
        await this.record(manager, 'changed', id, { before, after }, operator, origin);
      } else {
        await manager.delete(Coupon, { id });
        await this.record(manager, 'deleted', id, { before }, operator, origin);
      }
    });
  }

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

  private record(
    manager: EntityManager,
    what: 'created' | 'changed' | 'deleted',
    subjectId: string,
    change: { before?: unknown; after?: unknown },
    operator: OperatorPrincipal,
    origin: RequestOrigin,
  ): Promise<void> {
    return this.audit.record(manager, {
      operator,
      action: `coupon.${what}`,
      subjectKind: 'coupon',
      subjectId,
      ...change,
      ...auditOrigin(origin),
    });
  }
}

async function lock(manager: EntityManager, id: string): Promise<Coupon> {
  const coupon = isUuid(id)
    ? await manager.findOne(Coupon, { where: { id }, lock: { mode: 'pessimistic_write' } })
    : null;
  if (coupon === null) throw noSuchCoupon();
  return coupon;
}

async function reservedOf(manager: EntityManager, coupons: readonly Coupon[]): Promise<Map<string, number>> {
  const ids = coupons.map(({ id }) => id);
  const counts = await run<{ id: string; reserved: number }>(manager, COUNT_RESERVED, [ids]);
  return new Map(counts.map(({ id, reserved }) => [id, reserved]));
}

/** What an operator decides about, for the audit log. */
function settingsOf(coupon: Coupon): Record<string, unknown> {
  const { taken: _, ...settings } = coupon;
  return settings;
}

function dateOr<Otherwise>(text: string | undefined, otherwise: Otherwise): Date | Otherwise {
  return text === undefined ? otherwise : new Date(text);
}

function refuseEmptyPeriod(startsAt: Date, endsAt: Date | null): void {
  if (endsAt !== null && endsAt <= startsAt) throw invalid('endsAt', 'expected a time after startsAt');
}

function refuseOtherKind({ percentOff }: Coupon, change: CouponChange): void {
  if (percentOff !== null && change.amountFen !== undefined)
    throw invalid('amountFen', 'is not of a percentage');
  for (const field of ['percentOff', 'maxDiscountFen'] as const)
    if (percentOff === null && (change[field] ?? null) !== null)
      throw invalid(field, 'is not of a fixed amount');
}

function invalid(field: string, message: string): Problem {
  return new Problem('VALIDATION_FAILED', `${field}: ${message}`, { errors: [{ field, message }] });
}

function noSuchCoupon(): Problem {
  return new Problem('COUPON_NOT_FOUND', 'There is no such coupon.');
}

function noSuchBuyer(): Problem {
  return new Problem('BUYER_NOT_FOUND', 'There is no such buyer.', {
    errors: [{ field: 'buyerId', message: 'is not known' }],
  });
}

/** What only the database can know for certain. */
function explain(error: unknown): never {
  const constraint = (error as { constraint?: unknown } | null)?.constraint;
  if (constraint === 'coupons_buyer_id_fkey') throw noSuchBuyer();
  if (constraint !== 'coupons_code_key') throw error;
  throw new Problem('COUPON_CODE_TAKEN', 'Choose another code.', {
    errors: [{ field: 'code', message: 'is taken' }],
  });
}
