import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { COUPON_USE_STATUSES, COUPON_USE_TRANSITIONS } from '../src/order/coupon/coupon-use.status.js';
import { ORDER_STATUSES, ORDER_TRANSITIONS } from '../src/order/order.status.js';
import { PAYMENT_STATUSES, PAYMENT_TRANSITIONS } from '../src/payment/payment.status.js';
import { SUSPENSE_STATUSES, SUSPENSE_TRANSITIONS } from '../src/payment/suspense.status.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { edgesOf, MACHINES } from './support/state-machines.js';

const paid = (status: string): boolean => ['PAID', 'SHIPPED', 'COMPLETED'].includes(status);

const pairs = (statuses: readonly string[]): [string, string][] =>
  statuses.flatMap((from) => statuses.filter((to) => to !== from).map((to): [string, string] => [from, to]));

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe.each(MACHINES)('the states of a $name', ({ table, trigger }) => {
  it('are the same in the database', async () => {
    const [row] = await database.query<{ definition: string }>(
      'SELECT pg_get_triggerdef(oid) AS definition FROM pg_trigger WHERE tgname = $1',
      [trigger],
    );
    const moves = [...(row?.definition ?? '').matchAll(/'(\w+>\w+)'/g)].map(([, move]) => String(move));
    expect(moves.sort()).toEqual(edgesOf(table).sort());
    expect(row?.definition).toContain('BEFORE UPDATE OF status');
  });
});

async function suspenseItem(status: string): Promise<string> {
  const id = uuidv7();
  await database.query(
    `INSERT INTO suspense_items (id, kind, status, account_id, mch_id, app_id, out_trade_no, transaction_id, amount_fen, currency,
                                 evidence, created_at, accepted_by, accept_note, accepted_at)
     VALUES ($1::uuid, 'LATE', $2, 'default', 'm', 'a', 'n', $1::text, 100, 'CNY', '{}', now(), '{}', 'note', now())`,
    [id, status],
  );
  return id;
}

describe('M-28: the database itself', () => {
  let buyerId: string;
  beforeAll(async () => {
    buyerId = uuidv7();
    await database.query(
      'INSERT INTO buyers (id, app_id, openid, created_at, last_login_at) VALUES ($1::uuid, $2, $2, now(), now())',
      [buyerId, 'test'],
    );
  });

  async function order(status: string): Promise<string> {
    const id = uuidv7();
    await database.query(
      `INSERT INTO orders (id, order_no, buyer_id, status, total_fen, discount_fen, payable_fen, paid_fen, refunded_fen,
                           paid_by_payment_id, created_at, expires_at)
       VALUES ($1, $2, $3, $4, 100, 0, 100, $5, 0, $6, now(), now())`,
      [id, id, buyerId, status, paid(status) ? 100 : 0, paid(status) ? id : null],
    );
    return id;
  }

  async function payment(status: string): Promise<string> {
    const id = uuidv7();
    const open = status === 'CREATED' || status === 'PREPAID';
    await database.query(
      `INSERT INTO payments (id, order_id, attempt, account_id, mch_id, app_id, out_trade_no, trade_type, status, amount_fen,
                             request, created_at, expires_at, next_check_at, checks, transaction_id)
       VALUES ($1, $2, 1, 'default', 'm', 'a', $3, 'JSAPI', $4, 100, '{}', now(), now(), $5, 0, $6)`,
      [
        id,
        await order('PENDING_PAYMENT'),
        id,
        status,
        open ? new Date() : null,
        status === 'SUCCESS' ? id : null,
      ],
    );
    return id;
  }

  it.each(pairs(ORDER_STATUSES))(
    'lets an order move from %s to %s only as the table says',
    async (from, to) => {
      const move = database.query(
        `UPDATE orders SET status = $2, paid_by_payment_id = CASE WHEN $3 THEN id END, paid_fen = CASE WHEN $3 THEN payable_fen ELSE 0 END
       WHERE id = $1`,
        [await order(from), to, paid(to)],
      );
      if (edgesOf(ORDER_TRANSITIONS).includes(`${from}>${to}`)) await move;
      else await expect(move).rejects.toThrow(`may not move from ${from} to ${to}`);
    },
  );

  it.each(pairs(PAYMENT_STATUSES))(
    'lets a payment move from %s to %s only as the table says',
    async (from, to) => {
      const move = database.query(
        `UPDATE payments SET status = $2, transaction_id = CASE WHEN $3 THEN id::text END,
                           next_check_at = CASE WHEN $4 THEN now() END WHERE id = $1`,
        [await payment(from), to, to === 'SUCCESS', to === 'CREATED' || to === 'PREPAID'],
      );
      if (edgesOf(PAYMENT_TRANSITIONS).includes(`${from}>${to}`)) await move;
      else await expect(move).rejects.toThrow(`may not move from ${from} to ${to}`);
    },
  );

  async function couponUse(status: string): Promise<string> {
    const id = uuidv7();
    await database.query(
      `INSERT INTO coupons (id, code, name, amount_fen, min_total_fen, starts_at, created_at)
       VALUES ($1, $2, 'test', 1, 0, now(), now())`,
      [id, id.slice(-12).toUpperCase()],
    );
    await database.query(
      `INSERT INTO coupon_uses (id, coupon_id, order_id, buyer_id, status, discount_fen, reserved_at, used_at, released_at)
       VALUES ($1, $1, $2, $3, $4, 1, now(), CASE WHEN $4 = 'USED' THEN now() END, CASE WHEN $4 = 'RELEASED' THEN now() END)`,
      [id, await order('PENDING_PAYMENT'), buyerId, status],
    );
    return id;
  }

  it.each(pairs(COUPON_USE_STATUSES))(
    'lets a coupon use move from %s to %s only as the table says',
    async (from, to) => {
      const move = database.query(
        `UPDATE coupon_uses SET status = $2, used_at = CASE WHEN $2 = 'USED' THEN now() END,
                              released_at = CASE WHEN $2 = 'RELEASED' THEN now() END WHERE id = $1`,
        [await couponUse(from), to],
      );
      if (edgesOf(COUPON_USE_TRANSITIONS).includes(`${from}>${to}`)) await move;
      else await expect(move).rejects.toThrow(`may not move from ${from} to ${to}`);
    },
  );

  it.each(pairs(SUSPENSE_STATUSES))(
    'lets an item in suspense move from %s to %s only as the table says',
    async (from, to) => {
      const move = database.query('UPDATE suspense_items SET status = $2 WHERE id = $1', [
        await suspenseItem(from),
        to,
      ]);
      if (edgesOf(SUSPENSE_TRANSITIONS).includes(`${from}>${to}`)) await move;
      else await expect(move).rejects.toThrow(`may not move from ${from} to ${to}`);
    },
  );

  it.each([
    ['a status that does not exist', "UPDATE orders SET status = 'GIFT'", 'may not move'],
    [
      'paid money on an unpaid order',
      'UPDATE orders SET paid_fen = payable_fen',
      'orders_paid_by_one_payment',
    ],
    ['more refunded than paid', 'UPDATE orders SET refunded_fen = 1', 'orders_refunds_within_payment'],
    [
      'a discount without a coupon',
      'UPDATE orders SET discount_fen = 1, payable_fen = 99',
      'orders_discount_by_coupon',
    ],
    ['a total that does not add up', 'UPDATE orders SET payable_fen = 99', 'orders_amounts_add_up'],
  ])('refuses %s', async (_, sql, message) => {
    const id = await order('PENDING_PAYMENT');
    await expect(database.query(`${sql} WHERE id = $1`, [id])).rejects.toThrow(message);
  });

  it('refuses a second open attempt for one order', async () => {
    const id = await payment('CREATED');
    await expect(
      database.query(
        `INSERT INTO payments SELECT gen_random_uuid(), order_id, 2, account_id, mch_id, app_id, out_trade_no || '-2', trade_type,
           status, amount_fen, request, prepaid, prepaid_at, transaction_id, paid_at, receipt, failure, created_at, expires_at,
           next_check_at, checks FROM payments WHERE id = $1`,
        [id],
      ),
    ).rejects.toThrow('payments_one_open_per_order');
  });
});
