import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { DomainEvent } from '../../jobs/event.js';

/** One of the shop's other systems, to be told of events. */
@Entity('webhook_endpoints')
export class WebhookEndpoint {
  @PrimaryColumn('uuid')
  readonly id!: string;

  @Column('text')
  readonly url!: string;

  @Column('text', { nullable: true })
  readonly description!: string | null;

  @Column('text', { array: true })
  readonly eventTypes!: DomainEvent['type'][];

  @Column('boolean')
  readonly enabled!: boolean;

  /** Sealed with the row's id as context (common/sealed.ts). */
  @Column('bytea')
  readonly secretSealed!: Buffer;

  /** The secret before the last rotation; both sign until then, wall time. */
  @Column('bytea', { nullable: true })
  readonly previousSecretSealed!: Buffer | null;

  @Column('timestamptz', { nullable: true })
  readonly previousSecretUntil!: Date | null;

  @Column('timestamptz')
  readonly createdAt!: Date;
}
