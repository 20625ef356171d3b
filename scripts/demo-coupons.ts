import type { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';

/** code, name, fen off, percent off, most fen off, goods for at least, uses per buyer */
const COUPONS = [
  ['WELCOME5', '新客立减 5 元，满 30 元可用', 500, null, null, 3000, 1],
  ['AUTUMN85', '秋日 85 折，最多减 30 元', null, 15, 3000, 0, null],
];

/** Offers a coupon of each kind in a shop that has none; leaves one that has any alone. */
export async function seedCoupons(client: Client): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM coupons LIMIT 1');
  if (rowCount !== 0) return;
  for (const coupon of COUPONS) {
    await client.query(
      `INSERT INTO coupons (id, code, name, amount_fen, percent_off, max_discount_fen, min_total_fen, per_buyer_limit,
                            starts_at, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now(), now())`,
      [uuidv7(), ...coupon],
    );
  }
}
