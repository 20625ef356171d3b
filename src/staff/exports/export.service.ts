import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, In } from 'typeorm';
import { transaction } from '../../database/transaction.js';
import { AuditLogService } from '../../operator/audit/audit-log.service.js';
import { AuditService } from '../../operator/audit.service.js';
import { auditOrigin } from '../../operator/request-origin.js';
import { Order } from '../../order/order.entity.js';
import { Payment } from '../../payment/payment.entity.js';
import { RefundDeskService } from '../../refund/refund-desk.service.js';
import { LedgerDeskService } from '../ledger/ledger-desk.service.js';
import { StaffOrderService } from '../orders/staff-order.service.js';
import type { By } from '../staff-action.service.js';
import { AUDIT_COLUMNS } from './audit-csv.js';
import { csv } from './csv.js';
import { ENTRY_COLUMNS } from './entry-csv.js';
import type { AuditExport, EntryExport, OrderExport, RefundExport } from './export.schema.js';
import { ORDER_COLUMNS, type OrderLine } from './order-csv.js';
import { REFUND_COLUMNS, type RefundLine } from './refund-csv.js';

/** Rows read and written at once. */
const PAGE = 500;

/** The shop's books as files: the same filters as the lists, page after page, each export recorded before it begins. */
@Injectable()
export class ExportService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly orders: StaffOrderService,
    private readonly refunds: RefundDeskService,
    private readonly ledger: LedgerDeskService,
    private readonly audit: AuditService,
    private readonly auditLog: AuditLogService,
  ) {}

  async orderFile({ lang, ...filter }: OrderExport, by: By): Promise<AsyncIterable<string>> {
    await this.record('orders', filter, by);
    return csv(
      ORDER_COLUMNS,
      pages(async (cursor) => {
        const { rows, items, nextCursor } = await this.orders.page({ ...filter, limit: PAGE, cursor });
        const ids = rows.flatMap(({ paidByPaymentId }) => paidByPaymentId ?? []);
        const payments = await this.dataSource.manager.findBy(Payment, { id: In(ids) });
        const paymentOf = new Map(payments.map((payment) => [payment.id, payment]));
        const lines = rows.map((order): OrderLine => ({
          order,
          items: items.get(order.id) ?? [],
          payment: paymentOf.get(order.paidByPaymentId ?? ''),
        }));
        return { rows: lines, nextCursor };
      }),
      lang,
    );
  }

  async refundFile({ lang, ...filter }: RefundExport, by: By): Promise<AsyncIterable<string>> {
    await this.record('refunds', filter, by);
    return csv(
      REFUND_COLUMNS,
      pages(async (cursor) => {
        const { rows, nextCursor } = await this.refunds.list({ ...filter, limit: PAGE, cursor });
        const ids = rows.flatMap(({ orderId }) => orderId ?? []);
        const orders = await this.dataSource.manager.findBy(Order, { id: In(ids) });
        const numbers = new Map(orders.map(({ id, orderNo }) => [id, orderNo]));
        const lines = rows.map((refund): RefundLine => ({
          refund,
          orderNo: numbers.get(refund.orderId ?? '') ?? '',
        }));
        return { rows: lines, nextCursor };
      }),
      lang,
    );
  }

  async entryFile({ lang, ...filter }: EntryExport, by: By): Promise<AsyncIterable<string>> {
    await this.record('ledger', filter, by);
    return csv(
      ENTRY_COLUMNS,
      pages(async (cursor) => {
        const { items, nextCursor } = await this.ledger.entries({ ...filter, limit: PAGE, cursor });
        return { rows: items, nextCursor };
      }),
      lang,
    );
  }

  async auditFile({ lang, ...filter }: AuditExport, by: By): Promise<AsyncIterable<string>> {
    await this.record('audit-log', filter, by);
    return csv(
      AUDIT_COLUMNS,
      pages(async (cursor) => {
        const { items, nextCursor } = await this.auditLog.page({ ...filter, limit: PAGE, cursor });
        return { rows: items, nextCursor };
      }),
      lang,
    );
  }

  /** What was searched for may be an openid, which the log never holds. */
  private async record(subjectId: string, filter: object, { operator, origin }: By): Promise<void> {
    const after = { ...filter, ...('q' in filter && filter.q !== undefined && { q: '…' }) };
    await transaction(this.dataSource, (manager) =>
      this.audit.record(manager, {
        operator,
        action: 'books.exported',
        subjectKind: 'export',
        subjectId,
        after,
        ...auditOrigin(origin),
      }),
    );
  }
}

/** Reads on by keyset, so that rows that arrive meanwhile shift nothing. */
async function* pages<Row>(
  read: (cursor: string | undefined) => Promise<{ rows: Row[]; nextCursor: string | null }>,
): AsyncGenerator<Row[]> {
  let cursor: string | undefined;
  do {
    const { rows, nextCursor } = await read(cursor);
    yield rows;
    cursor = nextCursor ?? undefined;
  } while (cursor !== undefined);
}
