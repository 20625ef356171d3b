import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Fen } from '../../common/fen.js';
import { MoneyColumn } from '../../database/money-column.js';
import type { CouponUseStatus } from './coupon-use.status.js';

/** One order's use of a coupon. Moves only under the order's lock. */
@Entity('coupon_uses')
export class CouponUse {
  @PrimaryColumn('uuid')
  readonly id!: string;

  @Column('uuid')
  readonly couponId!: string;

  @Column('uuid')
  readonly orderId!: string;

  @Column('uuid')
  readonly buyerId!: string;

  @Column('text')
  readonly status!: CouponUseStatus;

  /** What it took off; later changes of the coupon do not touch it. */
  @MoneyColumn()
  readonly discountFen!: Fen;

  @Column('timestamptz')
  readonly reservedAt!: Date;

  @Column('timestamptz', { nullable: true })
  readonly usedAt!: Date | null;

  @Column('timestamptz', { nullable: true })
  readonly releasedAt!: Date | null;
}
