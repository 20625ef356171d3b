import { readFileSync } from 'node:fs';
import { Connection } from './connection.js';
import type { LoadPlan, LoadResult, Order, Reply } from './plans.js';
import { requestSource, type RequestSource } from './requests.js';

/** Program: the load generator. Closed loop: every connection sends its next request when the last one is answered. */

const FAILURES_SHOWN = 5;

interface Prepared {
  plan: LoadPlan;
  source: RequestSource;
  connections: Connection[];
}

let prepared: Prepared | undefined;

async function prepare(plan: LoadPlan): Promise<Prepared> {
  const ca = plan.caPath === undefined ? undefined : readFileSync(plan.caPath);
  const source = requestSource(plan);
  const connections = await Promise.all(
    Array.from({ length: plan.connections }, () => Connection.open(plan.url, ca)),
  );
  return { plan, source, connections };
}

async function run({ plan, source, connections }: Prepared): Promise<LoadResult> {
  const latencies: number[] = [];
  const failures: string[] = [];
  let failed = 0;
  const start = performance.now();
  const deadline = start + plan.seconds * 1000;
  await Promise.all(
    connections.map(async (connection) => {
      while (performance.now() < deadline) {
        const request = source.next();
        if (request === undefined) return;
        const sent = performance.now();
        const answer = await connection.send(request);
        latencies.push(performance.now() - sent);
        if (source.succeeded(answer)) continue;
        failed++;
        if (failures.length < FAILURES_SHOWN) failures.push(`${answer.status} ${answer.body.slice(0, 500)}`);
      }
    }),
  );
  const elapsedMs = performance.now() - start;
  for (const connection of connections) connection.close();
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return {
    answered: latencies.length,
    failures,
    failed,
    elapsedMs,
    p50: at(0.5),
    p99: at(0.99),
    p999: at(0.999),
    max: at(1),
  };
}

async function obey(order: Order): Promise<Reply> {
  if ('prepare' in order) {
    prepared = await prepare(order.prepare);
    return { prepared: true };
  }
  if (prepared === undefined) throw new Error('nothing is prepared');
  const now = prepared;
  prepared = undefined;
  return { result: await run(now) };
}

process.on('message', (order: Order) => {
  obey(order).then(
    (reply) => process.send?.(reply),
    (error: unknown) => process.send?.({ failed: String(error) } satisfies Reply),
  );
});
console.log('load ready');
