import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Fen } from '../../common/fen.js';
import { MoneyColumn } from '../../database/money-column.js';

/** What takes something off an order: a fixed amount or a percentage, never both. */
@Entity('coupons')
export class Coupon {
  @PrimaryColumn('uuid')
  readonly id!: string;

  /** What buyers type; capitals. */
  @Column('text')
  readonly code!: string;

  @Column('text')
  readonly name!: string;

  @MoneyColumn({ nullable: true })
  readonly amountFen!: Fen | null;

  /** Whole percents off: 15 is what the trade calls 85 折. */
  @Column('integer', { nullable: true })
  readonly percentOff!: number | null;

  /** The most a percentage takes off. */
  @MoneyColumn({ nullable: true })
  readonly maxDiscountFen!: Fen | null;

  /** What the goods must cost before the discount. */
  @MoneyColumn()
  readonly minTotalFen!: Fen;

  @Column('timestamptz')
  readonly startsAt!: Date;

  /** The first moment it is no longer valid. */
  @Column('timestamptz', { nullable: true })
  readonly endsAt!: Date | null;

  @Column('integer', { nullable: true })
  readonly totalLimit!: number | null;

  @Column('integer', { nullable: true })
  readonly perBuyerLimit!: number | null;

  /** Uses reserved or used; the database refuses to let it pass `totalLimit`. */
  @Column('integer')
  readonly taken!: number;

  /** The one buyer it is for; null: everybody. */
  @Column('uuid', { nullable: true })
  readonly buyerId!: string | null;

  @Column('boolean')
  readonly active!: boolean;

  @Column('timestamptz')
  readonly createdAt!: Date;
}
