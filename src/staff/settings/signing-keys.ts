import type { EntityManager } from 'typeorm';
import { run, statement } from '../../database/sql.js';

/** How many authentic notifications were signed with each kind of key. */
export interface SignedWith {
  publicKey: number;
  platformCertificate: number;
}

/** Enough to see a switch that WeChat makes step by step; read by the index of time, however many are not authentic. */
const NEWEST = 1000;
/** The serial names the key (protocol §2.2): `PUB_KEY_ID_…`, or the number of a platform certificate. */
const COUNT = statement(
  'count-signing-keys',
  `SELECT account_id AS "accountId",
          count(*) FILTER (WHERE starts_with(serial, 'PUB_KEY_ID_'))::int AS "publicKey",
          count(*) FILTER (WHERE NOT starts_with(serial, 'PUB_KEY_ID_'))::int AS "platformCertificate"
   FROM (SELECT account_id, verified, headers->>'wechatpay-serial' AS serial
         FROM notifications ORDER BY received_at DESC LIMIT ${NEWEST}) AS newest
   WHERE verified GROUP BY account_id`,
);

/** By what WeChat has signed with lately, per merchant account. */
export async function signingKeys(manager: EntityManager): Promise<Map<string, SignedWith>> {
  const rows = await run<SignedWith & { accountId: string }>(manager, COUNT, []);
  return new Map(rows.map(({ accountId, ...signedWith }) => [accountId, signedWith]));
}
