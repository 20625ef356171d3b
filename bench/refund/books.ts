import { ask } from '../ask.js';
import { mismatches } from '../mismatches.js';
import type { BenchDatabase } from '../rig.js';

/** What each side has of its approvals; every figure is their number. */
const TALLY = {
  ours: `
    SELECT count(*) FILTER (WHERE status = 'PROCESSING' AND refund_id IS NOT NULL AND calls = 1 AND NOT uncertain)::int AS accepted,
           (SELECT count(*) FROM refund_approvals)::int AS approvals,
           (SELECT count(*) FROM audit_log WHERE action = 'refund.approved')::int AS audited,
           (SELECT sum(jsonb_array_length(coalesce(data->'together', jsonb_build_array(data))))
            FROM pgboss.job WHERE name = 'events')::int AS events
    FROM refunds WHERE status <> 'REQUESTED'`,
  floor: `
    SELECT count(*) FILTER (WHERE status = 'PROCESSING' AND refund_id IS NOT NULL)::int AS accepted,
           (SELECT count(*) FROM audit_log)::int AS audited, (SELECT count(*) FROM jobs)::int AS events
    FROM refunds WHERE status <> 'REQUESTED'`,
};
const APPROVED_SINCE = `
  SELECT refund_no AS "outRefundNo", refund_id AS "refundId", amount_fen::float8 AS "refundFen", reviewed_at AS "reviewedAt"
  FROM refunds WHERE reviewed_at >= $1`;

interface Approved {
  outRefundNo: string;
  refundId: string;
  refundFen: number;
  reviewedAt: Date;
}
/** As the simulator has it; times are of this machine's clock. */
interface GivenBack extends Omit<Approved, 'reviewedAt'> {
  createdAt: string;
}

/**
 * Every approval is one refund at the simulator, with its number and its amount, and nothing else is.
 * @param since when the phase began, in which `approved` refunds were approved
 * @param approvedInAll of this database so far
 * @returns how long after each approval WeChat had it, in ms
 * @throws Error naming every figure that is wrong
 */
export async function checkGivenBack(
  { query }: BenchDatabase,
  side: 'ours' | 'floor',
  controlUrl: string,
  { since, approved, approvedInAll }: { since: Date; approved: number; approvedInAll: number },
): Promise<number[]> {
  const [tally] = await query<Record<string, number>>(TALLY[side]);
  const wrong = mismatches(tally, () => approvedInAll);
  const rows = await query<Approved & Record<string, unknown>>(APPROVED_SINCE, [since]);
  const { items } = await ask<{ items: GivenBack[] }>('GET', `${controlUrl}/_sim/refunds`);
  const theirs = Map.groupBy(items, ({ outRefundNo }) => outRefundNo);
  const waits: number[] = [];
  let [hereFen, thereFen] = [0, 0];
  for (const { outRefundNo, refundId, refundFen, reviewedAt } of rows) {
    const [there, ...more] = theirs.get(outRefundNo) ?? [];
    hereFen += refundFen;
    thereFen += there?.refundFen ?? 0;
    if (
      there === undefined ||
      more.length > 0 ||
      there.refundId !== refundId ||
      there.refundFen !== refundFen
    )
      wrong.push(`${outRefundNo}: ${refundFen} fen here, there ${JSON.stringify([there, ...more])}`);
    else waits.push(Date.parse(there.createdAt) - reviewedAt.getTime());
  }
  if (rows.length !== approved) wrong.push(`approved: ${rows.length}, expected ${approved}`);
  if (hereFen !== thereFen) wrong.push(`${hereFen} fen here, ${thereFen} there`);
  if (wrong.length > 0) throw new Error(`the books of ${side} are wrong: ${wrong.slice(0, 5).join('; ')}`);
  return waits;
}
