import fc from 'fast-check';
import type { BatchResult } from './batch.js';
import { untold } from './invariants.js';
import type { World } from './world.js';

interface Tampering {
  omit: string[];
  alter: { transactionId: string; amountFen: number }[];
  extra: { transactionId: string; outTradeNo: string; amountFen: number }[];
}

/**
 * WeChat's bills of the batch's day come the next morning, and say something else than the truth about a few payments:
 * the comparison must name exactly those (rule 12).
 */
export async function compareBills(world: World, { lanes }: BatchResult, seed: number): Promise<string[]> {
  const now = await world.now();
  const beijing = new Date(now.getTime() + 8 * 3600_000);
  const date = beijing.toISOString().slice(0, 10);
  const expected = new Set<string>();
  for (const { lane, books } of lanes)
    for (const { transactionId = '' } of lane.muted ? untold(books) : [])
      expected.add(`${lane.customer.account.id} STATE ${transactionId}`);
  for (const [at, { id, mchId }] of world.accounts.entries()) {
    const paid = lanes
      .flatMap(({ books }) => books.wechatOrders)
      .filter((order) => order.mchId === mchId && order.payment !== undefined)
      .filter(({ transactionId }) => !expected.has(`${id} STATE ${transactionId}`))
      .map(({ transactionId = '', payment }) => ({ transactionId, totalFen: payment?.totalFen ?? 0 }));
    const tampering = tamper(paid, seed + at);
    for (const number of tampering.omit) expected.add(`${id} PAYMENT_MISSING_AT_WECHAT ${number}`);
    for (const { transactionId } of tampering.alter) expected.add(`${id} AMOUNT ${transactionId}`);
    for (const { transactionId } of tampering.extra)
      expected.add(`${id} PAYMENT_MISSING_HERE ${transactionId}`);
    const { status, body } = await world.control.send('POST', '/_sim/bills', { date, mchId, ...tampering });
    if (status !== 200) throw new Error(`no bill: ${JSON.stringify(body)}`);
  }
  await world.advance(86_400 - (beijing.getTime() % 86_400_000) / 1000 + 10.6 * 3600);
  await world.rest();
  const rows = await world.database.query<{
    account: string;
    status: string;
    kind: string | null;
    number: string;
  }>(
    `SELECT r.account_id AS account, r.status, d.kind, d.number
     FROM reconciliations r LEFT JOIN reconciliation_differences d
       ON d.reconciliation_id = r.id AND d.status = 'OPEN' AND d.kind <> 'TOTALS'
     WHERE r.date = $1`,
    [date],
  );
  const violations = world.accounts.flatMap(({ id }) => {
    const status = rows.find(({ account }) => account === id)?.status;
    return status === 'DONE' ? [] : [`rule 12: the bill of ${id} of ${date} is ${status ?? 'not'} compared`];
  });
  for (const { account, kind, number } of rows)
    if (kind !== null && !expected.delete(`${account} ${kind} ${number}`))
      violations.push(`rule 12: ${account} ${kind} ${number} is found, which nobody made`);
  for (const difference of expected) violations.push(`rule 12: nobody found ${difference}`);
  return violations;
}

/** One payment is missing, one has another amount, and one is nobody's. */
function tamper(paid: readonly { transactionId: string; totalFen: number }[], seed: number): Tampering {
  const length = Math.min(2, paid.length);
  const two = fc.shuffledSubarray([...paid], { minLength: length, maxLength: length });
  const [picked = []] = fc.sample(two, { seed, numRuns: 1 });
  const [missing, altered] = picked;
  const nobodys = `4298${String(seed >>> 0).padStart(24, '0')}`;
  return {
    omit: missing === undefined ? [] : [missing.transactionId],
    alter:
      altered === undefined
        ? []
        : [{ transactionId: altered.transactionId, amountFen: altered.totalFen + 1 }],
    extra: [{ transactionId: nobodys, outTradeNo: `N${seed >>> 0}`, amountFen: 100 }],
  };
}
