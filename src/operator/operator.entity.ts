import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Role } from './permissions.js';

/** A person on the staff. Never deleted: the audit log and refunds name him. */
@Entity('operators')
export class Operator {
  @PrimaryColumn('uuid')
  readonly id!: string;

  /** Lower case. */
  @Column('text')
  readonly username!: string;

  @Column('text')
  readonly displayName!: string;

  @Column('text')
  readonly role!: Role;

  @Column('text')
  readonly passwordHash!: string;

  /** Of the second factor; the operator's id is authenticated with it, so it opens in this row only. */
  @Column('bytea', { nullable: true })
  readonly totpSecretSealed!: Buffer | null;

  /** Null: not asked for at login. */
  @Column('timestamptz', { nullable: true })
  readonly totpConfirmedAt!: Date | null;

  /** The time step of the last accepted code; only later ones are accepted. */
  @Column('bigint', {
    nullable: true,
    transformer: {
      to: (value: number | null | undefined) => value,
      from: (value: string | number | null) => (value === null ? null : Number(value)),
    },
  })
  readonly totpLastStep!: number | null;

  @Column('timestamptz', { nullable: true })
  readonly disabledAt!: Date | null;

  /** Until then he does the work of FINANCE beside his own. */
  @Column('timestamptz', { nullable: true })
  readonly deputyUntil!: Date | null;

  /** The same person as a user of the mini-program: there messages to him go. */
  @Column('uuid', { nullable: true })
  readonly buyerId!: string | null;

  @Column('timestamptz')
  readonly createdAt!: Date;
}
