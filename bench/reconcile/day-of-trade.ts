import type { BenchDatabase } from '../rig.js';
import type { BilledTrade } from './bill.js';

export const BENCH_DATE = '2026-11-20';
export const BENCH_MCH_ID = '1900000109';
/** Every so many rows the bill says a fen more than we have. */
const ALTERED_EVERY = 1000;

export const alteredOf = (rows: number): number => Math.floor(rows / ALTERED_EVERY);
const amountOf = (n: number): number => 1000 + (n % 9000);

/** So many paid orders of one day with their journal, as far as a comparison looks at them. */
export async function seedDay({ query }: BenchDatabase, rows: number): Promise<void> {
  await query(
    `INSERT INTO buyers (id, app_id, openid, created_at, last_login_at) VALUES (uuidv7(), 'wxbench', 'oBench', now(), now())`,
  );
  await query(
    `INSERT INTO orders (id, order_no, buyer_id, status, total_fen, discount_fen, payable_fen, paid_fen, refunded_fen, created_at, expires_at)
     SELECT uuidv7(), 'B' || n, b.id, 'CLOSED', 1000 + n % 9000, 0, 1000 + n % 9000, 0, 0, now(), now()
     FROM generate_series(1, $1::int) n, buyers b`,
    [rows],
  );
  await query(
    `INSERT INTO payments (id, order_id, attempt, account_id, mch_id, app_id, out_trade_no, trade_type, status, amount_fen,
                           request, transaction_id, paid_at, created_at, expires_at, checks)
     SELECT uuidv7(), id, 1, 'default', $1, 'wxbench', order_no || '-1', 'JSAPI', 'SUCCESS', payable_fen, '{}',
            '4200' || lpad(substr(order_no, 2), 24, '0'), $2::timestamptz + interval '12 hours', now(), now(), 0
     FROM orders`,
    [BENCH_MCH_ID, `${BENCH_DATE}T00:00:00+08:00`],
  );
  await query(
    `INSERT INTO ledger_entries (movement_id, kind, subject_id, merchant_account, account, amount_fen, currency, booked_at)
     SELECT id, 'PAYMENT_RECEIVED', id, 'default', account, sign * amount_fen, 'CNY', now()
     FROM payments p,
          (VALUES ('WECHAT_RECEIVABLE', 1), ('CUSTOMER_DEPOSITS', -1)) AS line(account, sign)`,
  );
  await query('VACUUM ANALYZE');
}

/** That day as WeChat has it: the same, but for one row in a thousand. */
export function* billedDay(rows: number): Generator<BilledTrade> {
  for (let n = 1; n <= rows; n++) {
    yield {
      time: `${BENCH_DATE} 12:00:00`,
      transactionId: `4200${String(n).padStart(24, '0')}`,
      outTradeNo: `B${n}-1`,
      fen: amountOf(n) + (n % ALTERED_EVERY === 0 ? 1 : 0),
    };
  }
}
