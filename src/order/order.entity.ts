import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Fen } from '../common/fen.js';
import { MoneyColumn } from '../database/money-column.js';
import type { OrderStatus } from './order.status.js';

export interface Address {
  name: string;
  phone: string;
  province: string;
  city: string;
  district: string;
  detail: string;
}

@Entity('orders')
export class Order {
  @PrimaryColumn('uuid')
  readonly id!: string;

  /** The number people read and type: UTC+8 time and ten random digits. */
  @Column('text')
  readonly orderNo!: string;

  @Column('uuid')
  readonly buyerId!: string;

  @Column('text')
  readonly status!: OrderStatus;

  @MoneyColumn()
  readonly totalFen!: Fen;

  @MoneyColumn()
  readonly discountFen!: Fen;

  @MoneyColumn()
  readonly payableFen!: Fen;

  /** What WeChat confirmed for this order; money in suspense is not in it. */
  @MoneyColumn()
  readonly paidFen!: Fen;

  @MoneyColumn()
  readonly refundedFen!: Fen;

  @Column('uuid', { nullable: true })
  readonly paidByPaymentId!: string | null;

  /** Of the coupon that made the discount; what became of its use stands in `coupon_uses`. */
  @Column('text', { nullable: true })
  readonly couponCode!: string | null;

  @Column('text', { nullable: true })
  readonly attach!: string | null;

  @Column('jsonb', { nullable: true })
  readonly address!: Address | null;

  @Column('timestamptz')
  readonly createdAt!: Date;

  @Column('timestamptz')
  readonly expiresAt!: Date;

  /** Committed before WeChat is asked to close; from then on no new attempt starts (DESIGN §6.6). */
  @Column('timestamptz', { nullable: true })
  readonly closeRequestedAt!: Date | null;

  @Column('timestamptz', { nullable: true })
  readonly paidAt!: Date | null;

  @Column('timestamptz', { nullable: true })
  readonly closedAt!: Date | null;
}
