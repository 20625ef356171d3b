import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Fen } from '../common/fen.js';
import { MoneyColumn } from '../database/money-column.js';

export const SUSPENSE_KINDS = ['LATE', 'DOUBLE', 'WRONG_AMOUNT', 'UNKNOWN_ORDER'] as const;
export type SuspenseKind = (typeof SUSPENSE_KINDS)[number];

export const SUSPENSE_STATUSES = ['OPEN'] as const;
export type SuspenseStatus = (typeof SUSPENSE_STATUSES)[number];

/** Money that arrived wrongly: booked, kept with its evidence, and given back or decided by a person (DESIGN §2.9). */
@Entity('suspense_items')
export class SuspenseItem {
  @PrimaryColumn('uuid')
  readonly id!: string;

  @Column('text')
  readonly kind!: SuspenseKind;

  @Column('text')
  readonly status!: SuspenseStatus;

  @Column('text')
  readonly accountId!: string;

  @Column('text')
  readonly mchId!: string;

  @Column('text')
  readonly outTradeNo!: string;

  @Column('text')
  readonly transactionId!: string;

  @Column('uuid', { nullable: true })
  readonly orderId!: string | null;

  @Column('uuid', { nullable: true })
  readonly paymentId!: string | null;

  @MoneyColumn()
  readonly amountFen!: Fen;

  @Column('text')
  readonly currency!: string;

  /** What the order asked for, when there is one. */
  @MoneyColumn({ nullable: true })
  readonly expectedFen!: Fen | null;

  /** Every field WeChat sent. */
  @Column('jsonb')
  readonly evidence!: Record<string, string>;

  @Column('timestamptz')
  readonly createdAt!: Date;
}
