import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { DifferenceStatus } from './difference.status.js';

export const DIFFERENCE_KINDS = [
  'PAYMENT_MISSING_HERE', // in WeChat's bill, unknown here
  'PAYMENT_MISSING_AT_WECHAT', // paid here, not in WeChat's bill
  'REFUND_MISSING_HERE',
  'REFUND_MISSING_AT_WECHAT',
  'AMOUNT', // order, settlement or refund amount
  'STATE',
  'FEE', // not the rate's, or not what was booked before
  'DUPLICATE', // one number in several rows
  'CROSS_DAY', // ours near midnight: the next day's bill decides
  'TOTALS', // the bill does not add up, or fund flow and trade bill disagree
] as const;
export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number];

/** What was wrong: in our books, at WeChat, or nothing that an explanation does not cover. */
export const RESOLUTIONS = ['EXPLAINED', 'CORRECTED_HERE', 'CORRECTED_AT_WECHAT'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/** One side of a difference: amounts in fen, the fee in thousandths of a fen, times ISO 8601. */
export type DifferenceSide = Record<string, string | number | null>;

interface Person {
  id: string;
  name: string;
}

/** Something that our books and WeChat's bill do not agree on; a person resolves it (DESIGN §2.12). */
@Entity('reconciliation_differences')
export class ReconciliationDifference {
  @PrimaryColumn('uuid')
  readonly id!: string;

  @Column('uuid')
  readonly reconciliationId!: string;

  @Column('text')
  readonly kind!: DifferenceKind;

  /** WeChat's transaction or refund number, else ours; unique per run and kind, so a second run finds the same row. */
  @Column('text')
  readonly number!: string;

  @Column('text')
  readonly status!: DifferenceStatus;

  /** Our payment, suspense item or refund, when there is one. */
  @Column('uuid', { nullable: true })
  readonly subjectId!: string | null;

  @Column('jsonb', { nullable: true })
  readonly ours!: DifferenceSide | null;

  @Column('jsonb', { nullable: true })
  readonly theirs!: DifferenceSide | null;

  /** Who has taken it on. */
  @Column('jsonb', { nullable: true })
  readonly owner!: Person | null;

  @Column('text', { nullable: true })
  readonly note!: string | null;

  @Column('text', { nullable: true })
  readonly resolution!: Resolution | null;

  @Column('jsonb', { nullable: true })
  readonly resolvedBy!: Person | null;

  @Column('timestamptz', { nullable: true })
  readonly resolvedAt!: Date | null;

  @Column('timestamptz')
  readonly foundAt!: Date;
}
