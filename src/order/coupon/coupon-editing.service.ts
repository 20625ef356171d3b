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
import { noSuchCoupon } from './coupon-desk.service.js';
import { settingsAfter, settingsOf, settingsOfNew, type CouponSettings } from './coupon-settings.js';
import { CouponUse } from './coupon-use.entity.js';
import { Coupon } from './coupon.entity.js';
import type { CouponChange, NewCoupon } from './coupon.schema.js';

interface By {
  operator: OperatorPrincipal;
  origin: RequestOrigin;
}

/** Making and changing coupons, each time audited. Orders already made keep what they have. */
@Injectable()
export class CouponEditingService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /**
   * @param id of the coupon to be, owned by the Idempotency-Key
   * @throws Problem `COUPON_CODE_TAKEN`, `BUYER_NOT_FOUND`, `VALIDATION_FAILED` for a period that is none
   */
  async create(id: string, wanted: NewCoupon, by: By): Promise<void> {
    const createdAt = this.clock.now();
    const after = settingsOfNew(wanted, createdAt);
    if (after.buyerId !== null && !isUuid(after.buyerId)) throw noSuchBuyer();
    await transaction(this.dataSource, async (manager) => {
      if (await manager.existsBy(Coupon, { id })) return;
      await manager.insert(Coupon, { id, ...after, createdAt }).catch(explain);
      await this.record(manager, 'created', id, { after }, by);
    });
  }

  /** @throws Problem `COUPON_NOT_FOUND`, `COUPON_LIMIT_BELOW_USE`, `VALIDATION_FAILED` */
  async change(id: string, change: CouponChange, by: By): Promise<void> {
    await transaction(this.dataSource, async (manager) => {
      const coupon = await lock(manager, id);
      const after = settingsAfter(coupon, change);
      await manager.update(Coupon, { id }, after);
      await this.record(manager, 'changed', id, { before: settingsOf(coupon), after }, by);
    });
  }

  /** Gone when no order ever named it, inactive otherwise. @throws Problem `COUPON_NOT_FOUND` */
  async remove(id: string, by: By): Promise<void> {
    await transaction(this.dataSource, async (manager) => {
      const before = settingsOf(await lock(manager, id));
      if (await manager.existsBy(CouponUse, { couponId: id })) {
        await manager.update(Coupon, { id }, { active: false });
        await this.record(manager, 'changed', id, { before, after: { ...before, active: false } }, by);
      } else {
        await manager.delete(Coupon, { id });
        await this.record(manager, 'deleted', id, { before }, by);
      }
    });
  }

  private record(
    manager: EntityManager,
    what: 'created' | 'changed' | 'deleted',
    subjectId: string,
    change: { before?: CouponSettings; after?: CouponSettings },
    { operator, origin }: By,
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

/** @throws Problem `COUPON_NOT_FOUND` */
async function lock(manager: EntityManager, id: string): Promise<Coupon> {
  const coupon = isUuid(id)
    ? await manager.findOne(Coupon, { where: { id }, lock: { mode: 'pessimistic_write' } })
    : null;
  if (coupon === null) throw noSuchCoupon();
  return coupon;
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
