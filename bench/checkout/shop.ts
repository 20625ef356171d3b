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

/**
 * A catalogue that never sells out.
 * @param floor gets the same products and buyers, where there is one
 */
export async function openShop(
  ours: BenchDatabase,
  floor: BenchDatabase | undefined,
  appUrl: string,
  controlUrl: string,
): Promise<Shop> {
  const openedAt = new Date();
  const products = await ours.query<{ id: string; name: string; price_fen: string }>(
    `INSERT INTO products (id, name, price_fen, stock, created_at)
     SELECT uuidv7(), '手冲咖啡豆 250g 第' || i || '款', 1000 + i, ${STOCK}, now() FROM generate_series(1, ${PRODUCTS}) AS i
     RETURNING id, name, price_fen`,
  );
  await floor?.query(
    `INSERT INTO products (id, name, price_fen, stock)
     SELECT id, name, price_fen, ${STOCK} FROM jsonb_to_recordset($1::jsonb) AS p(id uuid, name text, price_fen bigint)`,
    [JSON.stringify(products)],
  );
  const buyers = await Promise.all(Array.from({ length: BUYERS }, () => logIn(appUrl, controlUrl)));
  for (const { id, openid } of buyers)
    await floor?.query('INSERT INTO buyers (id, openid) VALUES ($1, $2)', [id, openid]);
  return {
    openedAt,
    tokens: buyers.map(({ token }) => token),
    productIds: products.map(({ id }) => id),
    openid: buyers[0]?.openid ?? '',
  };
}

async function logIn(
  appUrl: string,
  controlUrl: string,
): Promise<{ token: string; id: string; openid: string }> {
  const { code, openid } = await ask<{ code: string; openid: string }>(
    'POST',
    `${controlUrl}/_sim/login-code`,
    {
      body: {},
    },
  );
  const login = await ask<{ token: string; buyer: { id: string } }>('POST', `${appUrl}/api/v1/login`, {
    body: { code },
  });
  return { token: login.token, id: login.buyer.id, openid };
}
