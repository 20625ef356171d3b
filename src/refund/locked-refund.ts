import type { EntityManager } from 'typeorm';
import { run, statement } from '../database/sql.js';
import type { Order } from '../order/order.entity.js';
import type { Payment } from '../payment/payment.entity.js';
import type { SuspenseItem } from '../payment/suspense-item.entity.js';
import type { Refund, REFUND_PURPOSES } from './refund.entity.js';
import { REFUND_COLUMNS } from './refund-row.js';

type LockedOrder = Pick<Order, 'id'>;
type LockedPayment = Pick<Payment, 'id' | 'transactionId' | 'amountFen' | 'mchId'> & { currency: string };
type LockedItem = Pick<
  SuspenseItem,
  | 'id'
  | 'status'
  | 'orderId'
  | 'paymentId'
  | 'transactionId'
  | 'amountFen'
  | 'currency'
  | 'mchId'
  | 'acceptedAt'
>;

/** A refund under its lock, and what it gives back, under theirs. */
export type LockedRefund = { refund: Refund } & (
  { purpose: 'ORDER'; order: LockedOrder; payment: LockedPayment } | { purpose: 'SUSPENSE'; item: LockedItem }
);

/**
 * Order, payment, refund, row by row in the order of the orders' ids (DESIGN §2.7), found by what never changes. Only
 * columns of the locked rows are read: after waiting for a lock everything else of the snapshot is old (DESIGN §6.2).
 */
const LOCK_WITH_ORDER = statement(
  'lock-refunds-with-orders',
  `SELECT ${REFUND_COLUMNS}, p.transaction_id AS "transactionId", p.amount_fen AS "paymentFen", p.mch_id AS "mchId",
          p.request->>'currency' AS currency
   FROM refunds r JOIN orders o ON o.id = r.order_id JOIN payments p ON p.id = r.payment_id
   WHERE r.id = ANY ($1::uuid[]) ORDER BY o.id, p.id, r.id FOR UPDATE OF o, p, r`,
);
/** An item in suspense and its return: never together with an order (DESIGN §2.7). */
const LOCK_WITH_ITEM = statement(
  'lock-refunds-with-items',
  `SELECT ${REFUND_COLUMNS}, s.status AS "itemStatus", s.order_id AS "itemOrderId", s.payment_id AS "itemPaymentId",
          s.transaction_id AS "transactionId", s.amount_fen AS "itemFen", s.currency, s.mch_id AS "mchId",
          s.accepted_at AS "acceptedAt"
   FROM refunds r JOIN suspense_items s ON s.id = r.suspense_id
   WHERE r.id = ANY ($1::uuid[]) ORDER BY s.id, r.id FOR UPDATE OF s, r`,
);

type RowWithOrder = Refund & { orderId: string; paymentId: string } & Omit<
    LockedPayment,
    'id' | 'amountFen'
  > & { paymentFen: LockedPayment['amountFen'] };
type RowWithItem = Refund & { suspenseId: string } & Omit<
    LockedItem,
    'id' | 'status' | 'orderId' | 'paymentId' | 'amountFen'
  > & {
    itemStatus: LockedItem['status'];
    itemOrderId: LockedItem['orderId'];
    itemPaymentId: LockedItem['paymentId'];
    itemFen: LockedItem['amountFen'];
  };

export type RefundPurpose = (typeof REFUND_PURPOSES)[number];

/**
 * Locks a refund after what it hangs on: its order and payment, or its item in suspense.
 * @throws Error when there is none
 */
export async function lockRefund(manager: EntityManager, id: string): Promise<LockedRefund> {
  const locked = await findAndLockRefund(manager, id);
  if (locked === undefined) throw new Error(`there is no refund ${id}`);
  return locked;
}

/** As `lockRefund`; undefined when there is none. */
export async function findAndLockRefund(
  manager: EntityManager,
  id: string,
): Promise<LockedRefund | undefined> {
  const [locked] = await lockRefundsOf(manager, 'ORDER', [id]);
  return locked ?? (await lockRefundsOf(manager, 'SUSPENSE', [id]))[0];
}

/** Locks those of the refunds that have this purpose, one purpose in one transaction. */
export function lockRefundsOf(
  manager: EntityManager,
  purpose: RefundPurpose,
  ids: readonly string[],
): Promise<LockedRefund[]> {
  return purpose === 'ORDER' ? lockWithOrders(manager, ids) : lockWithItems(manager, ids);
}

async function lockWithOrders(manager: EntityManager, ids: readonly string[]): Promise<LockedRefund[]> {
  const rows = await run<RowWithOrder>(manager, LOCK_WITH_ORDER, [ids]);
  return rows.map(({ transactionId, paymentFen, mchId, currency, ...refund }) => ({
    purpose: 'ORDER',
    refund,
    order: { id: refund.orderId },
    payment: { id: refund.paymentId, transactionId, amountFen: paymentFen, mchId, currency },
  }));
}

async function lockWithItems(manager: EntityManager, ids: readonly string[]): Promise<LockedRefund[]> {
  const rows = await run<RowWithItem>(manager, LOCK_WITH_ITEM, [ids]);
  return rows.map(
    ({
      itemStatus,
      itemOrderId,
      itemPaymentId,
      transactionId,
      itemFen,
      currency,
      mchId,
      acceptedAt,
      ...refund
    }) => ({
      purpose: 'SUSPENSE',
      refund,
      item: {
        id: refund.suspenseId,
        status: itemStatus,
        orderId: itemOrderId,
        paymentId: itemPaymentId,
        transactionId,
        amountFen: itemFen,
        currency,
        mchId,
        acceptedAt,
      },
    }),
  );
}
