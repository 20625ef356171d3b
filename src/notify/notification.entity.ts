import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What became of a notification. The first group is decided by settle, the second by the guard. */
export const NOTIFICATION_VERDICTS = [
  'SETTLED',
  'DUPLICATE',
  'LATE',
  'DOUBLE',
  'WRONG_AMOUNT',
  'UNKNOWN_ORDER',
  /** WeChat reports an attempt to pay that failed; nothing changes. */
  'NOT_PAID',
  /** A refund has reached the state that WeChat, when asked, reports. */
  'CONCLUDED',
  /** A refund that is not ours, e.g. made by hand in the merchant platform. */
  'UNKNOWN_REFUND',
  /** Believed, but WeChat did not confirm it when asked; WeChat sends it again. */
  'UNCONFIRMED',
  /** A user's message was answered. */
  'ANSWERED',
  /** An event made us ask WeChat, or remember something. */
  'NOTED',
  /** A message or event that means nothing here. */
  'IGNORED',
  'FOREIGN',
  'FORGED',
  /** Wrong on purpose, sent by WeChat to see whether signatures are looked at; no attack (M-37). */
  'PROBE',
  'MALFORMED',
] as const;
export type NotificationVerdict = (typeof NOTIFICATION_VERDICTS)[number];

export const NOTIFICATION_KINDS = ['PAYMENT', 'REFUND', 'MESSAGE'] as const;
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];

/** One webhook as it arrived, with its verdict (A24). Also duplicates have a row of their own. */
@Entity('notifications')
export class Notification {
  @PrimaryColumn('uuid')
  readonly id!: string;

  @Column('text')
  readonly accountId!: string;

  @Column('text')
  readonly kind!: NotificationKind;

  @Column('timestamptz')
  readonly receivedAt!: Date;

  @Column('text')
  readonly verdict!: NotificationVerdict;

  /** Why, in words; never contains the message or a key. */
  @Column('text', { nullable: true })
  readonly reason!: string | null;

  /** Whether the signature was right. Nothing of an unverified message is ever used as a fact. */
  @Column('boolean')
  readonly verified!: boolean;

  /** The bytes: whole when verified, the first 4 KiB otherwise (DESIGN §6.9). */
  @Column('bytea')
  readonly body!: Buffer;

  /** WeChat's own headers, which hold the signature of API v3; v2 has none. */
  @Column('jsonb', { nullable: true })
  readonly headers!: Record<string, string> | null;

  /** Behind the `?` of the address, escapes as they came: API v1 says there what was paid. Cut like the body. */
  @Column('text', { nullable: true })
  readonly query!: string | null;

  @Column('bytea')
  readonly bodySha256!: Buffer;

  @Column('text', { nullable: true })
  readonly sourceIp!: string | null;

  @Column('text', { nullable: true })
  readonly outTradeNo!: string | null;

  @Column('text', { nullable: true })
  readonly transactionId!: string | null;

  @Column('uuid', { nullable: true })
  readonly orderId!: string | null;

  @Column('uuid', { nullable: true })
  readonly paymentId!: string | null;

  @Column('uuid', { nullable: true })
  readonly refundId!: string | null;
}
