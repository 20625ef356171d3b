import { Column, Entity, PrimaryColumn } from 'typeorm';

export const ATTEMPT_OUTCOMES = ['DONE', 'REFUSED', 'LATER'] as const;
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number];

/** One attempt, written down before it starts, with the answer it got. */
@Entity('effect_attempts')
export class EffectAttempt {
  @PrimaryColumn('uuid')
  readonly effectId!: string;

  /** 1, 2, … over the whole life of the effect. */
  @PrimaryColumn('integer')
  readonly attempt!: number;

  @Column('timestamptz')
  readonly at!: Date;

  /** null: it runs, or the process died meanwhile. */
  @Column('text', { nullable: true })
  readonly outcome!: AttemptOutcome | null;

  @Column('text', { nullable: true })
  readonly code!: string | null;

  @Column('text', { nullable: true })
  readonly message!: string | null;

  @Column('integer', { nullable: true })
  readonly durationMs!: number | null;
}
