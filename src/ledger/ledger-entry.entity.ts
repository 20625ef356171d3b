import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { Fen } from '../common/fen.js';
import { MoneyColumn } from '../database/money-column.js';

/** The chart of accounts (DESIGN §6.13). Debits are positive, credits negative. */
export const LEDGER_ACCOUNTS = [
  'WECHAT_RECEIVABLE', // what WeChat owes the merchant
  'SETTLED_CASH', // what WeChat has paid out
  'FEES',
  'WECHAT_COUPON_DISCOUNT', // the part of a payment that WeChat's own coupons take from the merchant
  'CUSTOMER_DEPOSITS', // paid orders, owed to buyers as goods
  'REVENUE',
  'OTHER_INCOME', // money in suspense that the shop keeps
  'REFUNDS_PAYABLE',
  'SUSPENSE', // money that arrived wrongly and belongs to nobody yet
] as const;
export type LedgerAccount = (typeof LEDGER_ACCOUNTS)[number];

/** One line of the journal. Written once, never changed: the database refuses UPDATE, DELETE and TRUNCATE. */
@Entity('ledger_entries')
export class LedgerEntry {
  @PrimaryGeneratedColumn('identity', { type: 'bigint' })
  readonly id!: number;

  /** The entries of one movement sum to zero; the database checks it. */
  @Column('uuid')
  readonly movementId!: string;

  @Column('text')
  readonly kind!: string;

  /** The payment, suspense item or refund that moved the money. One movement of a kind per subject. */
  @Column('uuid')
  readonly subjectId!: string;

  @Column('text')
  readonly merchantAccount!: string;

  @Column('text')
  readonly account!: LedgerAccount;

  @MoneyColumn()
  readonly amountFen!: Fen;

  @Column('text')
  readonly currency!: string;

  @Column('timestamptz')
  readonly bookedAt!: Date;
}
