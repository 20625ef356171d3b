import { ask } from '../ask.js';
import type { BenchDatabase } from '../rig.js';

const PRODUCTS = 100;
export const STOCK = 10_000_000;
const BUYERS = 8;

export interface Shop {
  /** Every order of the shop is younger. */
  openedAt: Date;
  /** Bearer tokens of logged-in buyers. */
  tokens: string[];
  productIds: string[];
  /** An openid the simulator knows, for asking it directly. */
  openid: string;
}

/** A catalogue that never sells out, and buyers who are logged in. */
export async function openShop(ours: BenchDatabase, appUrl: string, controlUrl: string): Promise<Shop> {
  const openedAt = new Date();
  const products = await ours.query<{ id: string }>(
    `INSERT INTO products (id, name, price_fen, stock, created_at)
     SELECT uuidv7(), '手冲咖啡豆 250g 第' || i || '款', 1000 + i, ${STOCK}, now() FROM generate_series(1, ${PRODUCTS}) AS i
     RETURNING id`,
  );
  const buyers = await Promise.all(Array.from({ length: BUYERS }, () => logIn(appUrl, controlUrl)));
  return {
    openedAt,
    tokens: buyers.map(({ token }) => token),
    productIds: products.map(({ id }) => id),
    openid: buyers[0]?.openid ?? '',
  };
}

/** The same products and buyers for another side, as far as its tables have columns for them. */
export async function copyShop(from: BenchDatabase, to: BenchDatabase): Promise<void> {
  for (const table of ['products', 'buyers']) {
    const rows = await from.query<{ row: object }>(`SELECT to_jsonb(t) AS row FROM ${table} AS t`);
    await to.query(`INSERT INTO ${table} SELECT * FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)`, [
      JSON.stringify(rows.map(({ row }) => row)),
    ]);
  }
}

async function logIn(appUrl: string, controlUrl: string): Promise<{ token: string; openid: string }> {
  const { code, openid } = await ask<{ code: string; openid: string }>(
    'POST',
    `${controlUrl}/_sim/login-code`,
    {
      body: {},
    },
  );
  const { token } = await ask<{ token: string }>('POST', `${appUrl}/api/v1/login`, { body: { code } });
  return { token, openid };
}
