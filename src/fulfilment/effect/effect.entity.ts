import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { EffectStatus } from './effect.status.js';

export const SUBJECT_KINDS = ['order', 'payment', 'refund', 'reconciliation'] as const;
export type SubjectKind = (typeof SUBJECT_KINDS)[number];

/** One thing to be done outside because of something decided here: a message, a delivery, a print. */
@Entity('effects')
export class Effect {
  @PrimaryColumn('uuid')
  readonly id!: string;

  @Column('text')
  readonly kind!: string;

  /** Whom it goes to: the id of an endpoint, a printer, a template. */
  @Column('text')
  readonly target!: string;

  @Column('text')
  readonly subjectKind!: SubjectKind;

  @Column('uuid')
  readonly subjectId!: string;

  /** Null: it is about no order, but about a day's comparison with WeChat's bills. */
  @Column('uuid', { nullable: true })
  readonly orderId!: string | null;

  /** What caused it, once: `<event>:<kind>:<target>`, or a person's request. */
  @Column('text')
  readonly dedupeKey!: string;

  /** Whatever the kind needs to run it, the same for every try. */
  @Column('jsonb')
  readonly payload!: unknown;

  @Column('text')
  readonly status!: EffectStatus;

  /** Attempts in all, the running one included. */
  @Column('integer')
  readonly attempts!: number;

  /** Attempts since it was planned or last replayed: the place in the schedule. */
  @Column('integer')
  readonly tries!: number;

  /** null exactly when nothing is to be done; while an attempt runs, the end of its lease. */
  @Column('timestamptz', { nullable: true })
  readonly nextAttemptAt!: Date | null;

  @Column('timestamptz')
  readonly createdAt!: Date;

  @Column('timestamptz', { nullable: true })
  readonly concludedAt!: Date | null;
}
