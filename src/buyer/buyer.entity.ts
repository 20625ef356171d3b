import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A person as one app knows him; two logins of one openid are one buyer. */
@Entity('buyers')
export class Buyer {
  @PrimaryColumn('uuid')
  readonly id!: string;

  /** The app id under which `openid` is valid. */
  @Column('text')
  readonly appId!: string;

  /** Stays on the server: clients know the buyer by `id` (A25). */
  @Column('text')
  readonly openid!: string;

  @Column('text', { nullable: true })
  readonly unionid!: string | null;

  @Column('timestamptz')
  readonly createdAt!: Date;

  @Column('timestamptz')
  readonly lastLoginAt!: Date;

  /** The staff's words about him; he never sees them. */
  @Column('text')
  readonly note!: string;

  /** Since when he may not order; what he has bought stays his (orders, refunds). */
  @Column('timestamptz', { nullable: true })
  readonly blockedAt!: Date | null;
}
