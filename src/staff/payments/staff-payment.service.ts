import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { newestPage } from '../../common/http/list-query.js';
import { Problem } from '../../common/http/problem.js';
import { InquiryService } from '../../payment/inquiry.service.js';
import { Payment } from '../../payment/payment.entity.js';
import { outcomeUnknown } from '../../payment/prepay.service.js';
import { StaffActionService, type By } from '../staff-action.service.js';
import type {
  PaymentListQuery,
  PaymentPage,
  StaffPaymentView,
  SyncedPaymentView,
} from './staff-payment.schema.js';
import { staffPaymentRow, staffPaymentView } from './staff-payment.view.js';

/** Each name by the unique index that holds it; PostgreSQL 18 skips over the merchant number in front (skip scan). */
const NAMED = `p.id IN (
  SELECT id FROM payments WHERE out_trade_no = :q
  UNION SELECT id FROM payments WHERE transaction_id = :q
  UNION SELECT paid.id FROM payments paid JOIN orders o ON o.id = paid.order_id WHERE o.order_no = :q)`;

/** Attempts to pay, as staff see them, and the question to WeChat. */
@Injectable()
export class StaffPaymentService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly inquiries: InquiryService,
    private readonly actions: StaffActionService,
  ) {}

  async list({ status, tradeType, q, ...range }: PaymentListQuery): Promise<PaymentPage> {
    const query = this.dataSource.createQueryBuilder(Payment, 'p');
    if (status !== undefined) query.andWhere('p.status = :status', { status });
    if (tradeType !== undefined) query.andWhere('p.tradeType = :tradeType', { tradeType });
    if (q !== undefined) query.andWhere(NAMED, { q });
    const { rows, nextCursor } = await newestPage(query, 'createdAt', range);
    return { items: rows.map(staffPaymentRow), nextCursor };
  }

  /** @throws Problem `PAYMENT_NOT_FOUND` */
  async view(id: string): Promise<StaffPaymentView> {
    return staffPaymentView(await this.find(id));
  }

  /**
   * Asks WeChat now, whatever we believe: also a closed attempt may turn out to be paid, and its money then goes to
   * suspense. What is learned is settled as always.
   * @throws Problem `PAYMENT_NOT_FOUND`, `WXPAY_OUTCOME_UNKNOWN`
   */
  async sync(id: string, by: By): Promise<SyncedPaymentView> {
    const payment = await this.find(id);
    await this.actions.record(by, 'payment.sync_requested', id, { status: payment.status });
    const inquiry = await this.inquiries.ask(payment);
    if (inquiry.kind === 'unknown') throw outcomeUnknown(payment.orderId, inquiry);
    return { ...(await this.view(id)), wechat: inquiry.state };
  }

  private async find(id: string): Promise<Payment> {
    const payment = isUuid(id) ? await this.dataSource.manager.findOneBy(Payment, { id }) : null;
    if (payment === null) throw new Problem('PAYMENT_NOT_FOUND', 'There is no such payment.');
    return payment;
  }
}
