import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { transaction } from '../database/transaction.js';
import type { Rejected, Unknown } from '../wxpay/outcome.js';
import { unknown } from '../wxpay/outcome.js';
import type { TransactionState } from '../wxpay/protocol.js';
import { WxPayService } from '../wxpay/wxpay.service.js';
import type { Payment } from './payment.entity.js';
import { SettleService } from './settle.service.js';

/** What WeChat said about an attempt. `PAID` is already settled (or in suspense) when it is returned. */
export type Inquiry = { kind: 'answered'; state: TransactionState['state'] } | Unknown;

/** WeChat refuses to prepare or to close what is paid, and its answer to the question lags behind. */
export const PAID_BUT_NOT_SHOWN = unknown(
  'SYSTEM_ERROR',
  'WeChat Pay calls the order paid but does not show the payment yet',
);

/** Asks WeChat what became of an attempt, and settles what was paid: the same settle as for notifications. */
@Injectable()
export class InquiryService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly wxpay: WxPayService,
    private readonly settlement: SettleService,
  ) {}

  /**
   * Never throws for what WeChat does: no answer, and a refused one, are `unknown`.
   * @throws as `SettleService.settle`, and what the database throws: then nothing is settled and WeChat can be asked again
   */
  async ask(payment: Payment): Promise<Inquiry> {
    const outcome = await this.wxpay.query(payment);
    if (outcome.kind !== 'accepted') return asUnknown(outcome, 'question');
    if (outcome.value.state === 'PAID') {
      const { transaction: paid } = outcome.value;
      const settled = await transaction(this.dataSource, (manager) =>
        this.settlement.settle(manager, [paid]),
      );
      for (const { verdict } of settled) this.settlement.tell(paid, verdict);
    }
    return { kind: 'answered', state: outcome.value.state };
  }
}

/** A refused question says nothing about the payment, a refused close neither: the row stays as it is (M-12). */
export function asUnknown(outcome: Rejected | Unknown, asked: 'question' | 'close'): Unknown {
  return outcome.kind === 'unknown'
    ? outcome
    : unknown('SYSTEM_ERROR', `WeChat Pay refuses the ${asked} with ${outcome.code}: ${outcome.message}`);
}
