import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A ticket on its way: written before it is sent, so that whoever tries again knows what to ask. */
@Entity('sent_prints')
export class SentPrint {
  @PrimaryColumn('uuid')
  readonly effectId!: string;

  @Column('text')
  readonly sn!: string;

  /** What the cloud had taken for this printer that day, just before. */
  @Column('integer')
  readonly takenBefore!: number;

  @Column('timestamptz')
  readonly countedAt!: Date;

  @Column('timestamptz')
  readonly sentAt!: Date;

  /** When it was known to be taken; null: no answer yet. */
  @Column('timestamptz', { nullable: true })
  readonly takenAt!: Date | null;

  /** The cloud's number; null also when only the count shows that it was taken. */
  @Column('text', { nullable: true })
  readonly printNo!: string | null;
}
