import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { BenchDatabase } from '../rig.js';

export const BENCH_DATE = '2026-11-20';
export const BENCH_MCH_ID = '1900000109';
/** Every so many rows the bill says a fen more than we have. */
const ALTERED_EVERY = 1000;

const HEADER =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注';
const TOTALS = '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额';

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

/** WeChat's bill of that day: the same, but for one row in a thousand. @returns how many differ */
export async function writeBill(path: string, rows: number): Promise<number> {
  const file = createWriteStream(path);
  file.write(`\uFEFF${HEADER}\r\n`);
  let [total, fees, altered] = [0, 0, 0];
  for (let n = 1; n <= rows; n++) {
    const isAltered = n % ALTERED_EVERY === 0;
    const fen = amountOf(n) + (isAltered ? 1 : 0);
    const fee = Math.floor((fen * 6 + 500) / 1000);
    total += fen;
    fees += fee;
    if (isAltered) altered += 1;
    const id = `4200${String(n).padStart(24, '0')}`;
    const row = `\`${BENCH_DATE} 12:00:00,\`wxbench,\`${BENCH_MCH_ID},\`0,\`,\`${id},\`B${n}-1,\`oBench,\`JSAPI,\`SUCCESS,\`OTHERS,\`CNY,\`${yuan(fen)},\`0.00,\`0,\`0,\`0.00,\`0.00,\`,\`,\`手冲咖啡豆 250g,\`,\`${yuan(fee)}000,\`0.60%,\`${yuan(fen)},\`0.00,\`\r\n`;
    if (!file.write(row)) await once(file, 'drain');
  }
  const sums = `\`${rows}.0,\`${yuan(total)},\`0.0,\`0.0,\`${yuan(fees)},\`${yuan(total)},\`0.0`;
  file.end(`${TOTALS}\r\n${sums}\r\n`);
  await once(file, 'finish');
  return altered;
}

function yuan(fen: number): string {
  return `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;
}
