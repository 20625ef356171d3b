import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Fen } from '../common/fen.js';
import { MoneyColumn } from '../database/money-column.js';
import type { RefundStatus } from './refund.status.js';

/** Who asked, who decided: kept by name, because accounts change and the record must not. */
export interface Person {
  kind: 'buyer' | 'operator' | 'policy';
  id: string;
  name: string;
}

/** Goods that come back with a refund: how many of a line of the order, named and valued as when they were asked back. */
export interface RefundItem {
  /** 0-based position in the order. */
  line: number;
  productId: string;
  name: string;
  unitPriceFen: Fen;
  quantity: number;
  /** What these units were paid with, discount included. */
  payableFen: Fen;
}

/** Why a refund in PROCESSING is not done yet, in WeChat's words or ours. */
export interface Waiting {
  code: string;
  message: string;
}

/** What a refund gives back: an order's money, or money in suspense. Said by which of the two it names. */
export const REFUND_PURPOSES = ['ORDER', 'SUSPENSE'] as const;

@Entity('refunds')
export class Refund {
  @PrimaryColumn('uuid')
  readonly id!: string;

  /** `out_refund_no`: made with the row, used for every call, one refund at WeChat for life (M-14). */
  @Column('text')
  readonly refundNo!: string;

  /** Null when it gives back money in suspense: no sum over an order's refunds may count that (DESIGN §3). */
  @Column('uuid', { nullable: true })
  readonly orderId!: string | null;

  @Column('uuid', { nullable: true })
  readonly paymentId!: string | null;

  /** Instead of order and payment. */
  @Column('uuid', { nullable: true })
  readonly suspenseId!: string | null;

  @Column('text')
  readonly accountId!: string;

  @Column('text')
  readonly appId!: string;

  @Column('text')
  readonly status!: RefundStatus;

  @MoneyColumn()
  readonly amountFen!: Fen;

  @Column('text')
  readonly reason!: string;

  @Column('jsonb', { nullable: true })
  readonly items!: RefundItem[] | null;

  /** The reviewer's word: the goods of `items` go back into stock when the money is back. */
  @Column('boolean')
  readonly restock!: boolean;

  @Column('jsonb')
  readonly requestedBy!: Person;

  @Column('jsonb', { nullable: true })
  readonly reviewedBy!: Person | null;

  @Column('text', { nullable: true })
  readonly reviewNote!: string | null;

  /** WeChat's number, once it has accepted. */
  @Column('text', { nullable: true })
  readonly refundId!: string | null;

  /** WeChat's final refusal. */
  @Column('jsonb', { nullable: true })
  readonly failure!: Waiting | null;

  @Column('jsonb', { nullable: true })
  readonly waiting!: Waiting | null;

  /** A call is out whose outcome is not known: WeChat is asked before anything is sent again (DESIGN §2.5). */
  @Column('boolean')
  readonly uncertain!: boolean;

  /** Calls of the refund API so far. */
  @Column('integer')
  readonly calls!: number;

  @Column('timestamptz', { nullable: true })
  readonly calledAt!: Date | null;

  /** When this row is looked at next; null when nothing is to be done. */
  @Column('timestamptz', { nullable: true })
  readonly nextCheckAt!: Date | null;

  @Column('jsonb', { nullable: true })
  readonly receipt!: Record<string, string> | null;

  @Column('timestamptz')
  readonly createdAt!: Date;

  @Column('timestamptz', { nullable: true })
  readonly reviewedAt!: Date | null;

  @Column('timestamptz', { nullable: true })
  readonly succeededAt!: Date | null;
}
