import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Fen } from '../common/fen.js';
import { MoneyColumn } from '../database/money-column.js';
import type { Prepaid, PrepayRequest, TradeType } from '../wxpay/protocol.js';
import type { PaymentStatus } from './payment.status.js';

/** One attempt to pay an order: one number at WeChat, one trade type, one account. */
@Entity('payments')
export class Payment {
  @PrimaryColumn('uuid')
  readonly id!: string;

  @Column('uuid')
  readonly orderId!: string;

  /** 1 for the first attempt of an order. */
  @Column('integer')
  readonly attempt!: number;

  @Column('text')
  readonly accountId!: string;

  @Column('text')
  readonly mchId!: string;

  @Column('text')
  readonly appId!: string;

  /** Unique per merchant number, committed before WeChat hears of it, never used for anything else (DESIGN §2.3). */
  @Column('text')
  readonly outTradeNo!: string;

  @Column('text')
  readonly tradeType!: TradeType;

  @Column('text')
  readonly status!: PaymentStatus;

  @MoneyColumn()
  readonly amountFen!: Fen;

  /** What WeChat is told, word for word on every repetition. */
  @Column('jsonb')
  readonly request!: PrepayRequest;

  /** WeChat's answer to it; ages (see prepay-lifetime.ts). */
  @Column('jsonb', { nullable: true })
  readonly prepaid!: Prepaid | null;

  @Column('timestamptz', { nullable: true })
  readonly prepaidAt!: Date | null;

  @Column('text', { nullable: true })
  readonly transactionId!: string | null;

  @Column('timestamptz', { nullable: true })
  readonly paidAt!: Date | null;

  /** Every field WeChat reported with the payment (A9). */
  @Column('jsonb', { nullable: true })
  readonly receipt!: Record<string, string> | null;

  /** WeChat's code and words when it refused the attempt for good. */
  @Column('jsonb', { nullable: true })
  readonly failure!: { code: string; message: string } | null;

  @Column('timestamptz')
  readonly createdAt!: Date;

  @Column('timestamptz')
  readonly expiresAt!: Date;

  /** When WeChat is asked next; null when nothing is open (DESIGN §4 "No notify"). */
  @Column('timestamptz', { nullable: true })
  readonly nextCheckAt!: Date | null;

  @Column('integer')
  readonly checks!: number;
}
