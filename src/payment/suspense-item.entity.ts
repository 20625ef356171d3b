import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Fen } from '../common/fen.js';
import { MoneyColumn } from '../database/money-column.js';
import type { SuspenseStatus } from './suspense.status.js';

export const SUSPENSE_KINDS = ['LATE', 'DOUBLE', 'WRONG_AMOUNT', 'UNKNOWN_ORDER'] as const;
export type SuspenseKind = (typeof SUSPENSE_KINDS)[number];

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
  readonly appId!: string;

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

  /** When it goes back without a person; null when one has to decide (DESIGN §6.10). */
  @Column('timestamptz', { nullable: true })
  readonly returnAt!: Date | null;

  /** Who kept it as other income, by name as on refunds; stays when WeChat returns it after all. */
  @Column('jsonb', { nullable: true })
  readonly acceptedBy!: { id: string; name: string } | null;

  @Column('text', { nullable: true })
  readonly acceptNote!: string | null;

  @Column('timestamptz', { nullable: true })
  readonly acceptedAt!: Date | null;

  @Column('timestamptz')
  readonly createdAt!: Date;
}
