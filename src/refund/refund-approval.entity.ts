import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One person's yes. Large refunds need two of them. */
@Entity('refund_approvals')
export class RefundApproval {
  @PrimaryColumn('uuid')
  readonly refundId!: string;

  @PrimaryColumn('uuid')
  readonly operatorId!: string;

  @Column('text')
  readonly operatorName!: string;

  @Column('text', { nullable: true })
  readonly note!: string | null;

  @Column('timestamptz')
  readonly approvedAt!: Date;
}
