import type { CheckedOut } from '../support/buyer.js';
import { PRICE, STOCK, type Flow } from './flow.js';
import { cancel, checkout, isAccepted, paid, pay, refund, silence, untilTheBillsAreMade } from './steps.js';
import { same } from './truth.js';

const nothing = () => Promise.resolve(undefined);
const PAID = { status: 'PAID', refundedFen: 0, stock: STOCK - 1, events: { 'payment.succeeded': 1 } };
const CLOSED = { status: 'CLOSED', refundedFen: 0, stock: STOCK, events: { 'order.closed': 1 } };
const REFUNDED = {
  status: 'PAID',
  refundedFen: PRICE,
  stock: STOCK - 1,
  events: { 'payment.succeeded': 1, 'refund.approved': 1, 'refund.requested': 1, 'refund.succeeded': 1 },
};
const SENT_BACK = { ...CLOSED, events: { 'order.closed': 1, 'suspense.opened': 1, 'suspense.returned': 1 } };

/** One of each way money takes, and what may be under way when the process dies. */
export const FLOWS: readonly Flow[] = [
  {
    name: 'pay, notified',
    prepare: nothing,
    act: async (scene) => {
      const checkedOut = await checkout(scene);
      await pay(scene, checkedOut);
      return checkedOut;
    },
    ...PAID,
  },
  {
    name: 'pay, asked',
    prepare: async (scene) => {
      const checkedOut = await checkout(scene);
      await silence(scene.system);
      await pay(scene, checkedOut);
      return checkedOut;
    },
    act: async ({ system }, checkedOut) => {
      await system.control.advance(16);
      return some(checkedOut);
    },
    ...PAID,
  },
  {
    name: 'close, cancelled',
    prepare: checkout,
    act: async (scene, checkedOut) => {
      await cancel(scene, some(checkedOut));
      return some(checkedOut);
    },
    ...CLOSED,
  },
  {
    name: 'close, expired',
    prepare: checkout,
    act: async ({ system }, checkedOut) => {
      await system.control.advance(20 * 60 + 1);
      return some(checkedOut);
    },
    ...CLOSED,
  },
  {
    name: 'refund, notified',
    prepare: paid,
    act: async (scene, order) => {
      await refund(scene, some(order));
      return some(order);
    },
    ...REFUNDED,
  },
  {
    name: 'refund, asked',
    prepare: async (scene) => {
      const order = await paid(scene);
      await silence(scene.system);
      await refund(scene, order);
      await isAccepted(scene, order);
      return order;
    },
    act: async ({ system }, order) => {
      await system.control.advance(30);
      return some(order);
    },
    ...REFUNDED,
  },
  {
    name: 'late money goes back',
    prepare: async (scene) => {
      const checkedOut = await checkout(scene);
      await cancel(scene, checkedOut);
      return checkedOut;
    },
    act: async (scene, checkedOut) => {
      await pay(scene, some(checkedOut), { force: true });
      return some(checkedOut);
    },
    ...SENT_BACK,
  },
  {
    name: 'a day compared with its bills',
    prepare: paid,
    act: async (scene, order) => {
      await untilTheBillsAreMade(scene);
      return some(order);
    },
    ...PAID,
    leaseSeconds: 15 * 60 + 1,
    also: async ({ system }, { payment }) => {
      const [found] = await system.database.query(COMPARED, [payment.id]);
      same('the comparison', found, { status: 'DONE', differences: 0, fees: 1 });
    },
  },
];

/** The run of the day of this payment, and how often its fee is booked. */
const COMPARED = `
  SELECT r.status, (SELECT count(*)::int FROM reconciliation_differences d WHERE d.reconciliation_id = r.id) AS differences,
         (SELECT count(*)::int FROM ledger_entries WHERE subject_id = p.id AND account = 'FEES') AS fees
  FROM payments p LEFT JOIN reconciliations r ON r.date = (p.paid_at AT TIME ZONE 'Asia/Shanghai')::date WHERE p.id = $1`;

function some(checkedOut: CheckedOut | undefined): CheckedOut {
  if (checkedOut === undefined) throw new Error('nothing was prepared');
  return checkedOut;
}
