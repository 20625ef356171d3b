import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ReconciliationStatus } from './reconciliation.status.js';

/** Sums of one side, in fen; the fee in thousandths of a fen. Settlement: what reaches the merchant, coupons taken off. */
export interface Side {
  payments: number;
  paymentsFen: number;
  refunds: number;
  refundsFen: number;
  feeMilliFen: number;
}

export interface Totals {
  /** Counted from the bill's rows. */
  bill: Side;
  /** From the journal: what is booked for the payments and refunds of the day, and for those the bill names. */
  ledger: Side;
  /** Null when WeChat gave none; `fundFlowMissing` says why. */
  fundFlow: {
    rows: number;
    incomeFen: number;
    expenseFen: number;
    tradeFen: number;
    withdrawnFen: number;
  } | null;
  fundFlowMissing: string | null;
}

/** One day of one merchant account, compared with WeChat's bill. */
@Entity('reconciliations')
export class Reconciliation {
  @PrimaryColumn('uuid')
  readonly id!: string;

  @Column('text')
  readonly accountId!: string;

  /** `yyyy-MM-dd`, at UTC+8. */
  @Column('date')
  readonly date!: string;

  @Column('text')
  readonly status!: ReconciliationStatus;

  /** Since it was last asked for; also tells a run whose lease is over that another has taken its place. */
  @Column('integer')
  readonly attempts!: number;

  /** When it is tried next; of a running one, when its lease is over. */
  @Column('timestamptz', { nullable: true })
  readonly nextAttemptAt!: Date | null;

  /** Why it is not done yet. */
  @Column('jsonb', { nullable: true })
  readonly waiting!: { code: string; message: string } | null;

  @Column('jsonb', { nullable: true })
  readonly failure!: { code: string; message: string } | null;

  @Column('jsonb', { nullable: true })
  readonly totals!: Totals | null;

  @Column('timestamptz')
  readonly createdAt!: Date;

  /** The last time it came to an end, compared or failed. */
  @Column('timestamptz', { nullable: true })
  readonly finishedAt!: Date | null;
}
