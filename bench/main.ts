import { resolve } from 'node:path';
import { benchCheckout } from './checkout/checkout-bench.js';
import { aloneTable } from './checkout/alone-table.js';
import { benchGrowth } from './growth/growth-bench.js';
import { growthTable } from './growth/growth-table.js';
import { benchCeiling, ceilingTable } from './notify/ceiling-bench.js';
import { benchMemory, memoryTable } from './notify/memory-bench.js';
import { benchNotify } from './notify/notify-bench.js';
import { Profile } from './profile.js';
import { readOptions, USAGE, type BenchName, type Options } from './options.js';
import { comparisonJson, comparisonTable, rounded } from './report.js';
import { benchRead } from './read/read-bench.js';
import { benchReconcile, reconcileTable } from './reconcile/reconcile-bench.js';
import { acceptedTable } from './refund/accepted-table.js';
import { benchRefund } from './refund/refund-bench.js';
import { setUpRig, type Rig } from './rig.js';
import { benchSdk, sdkTable } from './sdk/sdk-bench.js';
import { benchStartup, startupTable } from './startup-bench.js';

interface Report {
  json: object;
  table: string;
}

async function run(rig: Rig, options: Options & { bench: Exclude<BenchName, 'sdk'> }): Promise<Report> {
  switch (options.bench) {
    case 'notify': {
      const comparison = await benchNotify(rig, options);
      const title = `notify, ${options.connections} connections`;
      return { json: comparisonJson('notify', comparison), table: comparisonTable(title, comparison) };
    }
    case 'ceiling': {
      const ceilings = await benchCeiling(rig, options);
      return {
        json: rounded({ name: 'ceiling', sides: ceilings }),
        table: ceilingTable(ceilings, options.connections),
      };
    }
    case 'checkout': {
      const comparison = await benchCheckout(rig, options);
      const title = `checkout, ${options.connections} connections`;
      return {
        json: comparisonJson('checkout', comparison),
        table: [comparisonTable(title, comparison), aloneTable(comparison)].join('\n\n'),
      };
    }
    case 'read': {
      const comparison = await benchRead(rig, options);
      const title = `read, ${options.connections} connections`;
      return { json: comparisonJson('read', comparison), table: comparisonTable(title, comparison) };
    }
    case 'reconcile': {
      const figures = await benchReconcile(rig, options.rows);
      return { json: rounded({ name: 'reconcile', ours: figures }), table: reconcileTable(figures) };
    }
    case 'growth': {
      const sizes = await benchGrowth(rig, options);
      return { json: rounded({ name: 'growth', sizes }), table: growthTable(sizes) };
    }
    case 'refund': {
      const comparison = await benchRefund(rig, options);
      const title = `refund, ${options.connections} connections`;
      return {
        json: comparisonJson('refund', comparison),
        table: [comparisonTable(title, comparison), acceptedTable(comparison)].join('\n\n'),
      };
    }
    case 'memory': {
      const figures = await benchMemory(rig, options);
      return { json: rounded({ name: 'memory', ours: figures }), table: memoryTable(figures) };
    }
    case 'startup': {
      const startup = await benchStartup(rig, options.rounds);
      return { json: rounded({ name: 'startup', ours: startup }), table: startupTable(startup) };
    }
  }
}

async function main(): Promise<void> {
  const { bench, ...others } = readOptions(process.argv.slice(2));
  if (bench === 'sdk') {
    const operations = await benchSdk(others.rounds, others.seconds);
    const json = rounded({ name: 'sdk', operations });
    console.log(others.json ? JSON.stringify(json) : sdkTable(operations));
    return;
  }
  const options = { bench, ...others };
  const rig = await setUpRig(
    options.profile === undefined ? undefined : new Profile(resolve(options.profile)),
  );
  const interrupted = (): void => {
    void rig.stop().finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  let report: Report;
  try {
    report = await run(rig, options);
  } finally {
    await rig.stop();
  }
  console.log(options.json ? JSON.stringify(report.json) : report.table);
}

main().catch((error: unknown) => {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}\nusage: ${USAGE}`);
  process.exitCode = 1;
});
