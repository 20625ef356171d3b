import { DataSource } from 'typeorm';
import { Clock } from '../../src/common/time/clock.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import type { JobService } from '../../src/jobs/job.service.js';
import { LedgerService } from '../../src/ledger/ledger.service.js';
import { ReconciliationService } from '../../src/reconcile/daily/reconciliation.service.js';
import type { MerchantAccounts } from '../../src/wxpay/merchant-accounts.js';
import type { WxPayService } from '../../src/wxpay/wxpay.service.js';

/**
 * The comparison alone in a process of its own, so that its memory can be told; the bill is already downloaded.
 * Arguments: database, bill, date, merchant number.
 */
async function main(): Promise<void> {
  const [url = '', path = '', date = '', mchId = ''] = process.argv.slice(2);
  const account = { id: 'default', mchId };
  const accounts = { get: () => account, all: () => [account] } as unknown as MerchantAccounts;
  const wxpay = {
    downloadBill: (_: string, { kind }: { kind: string }) =>
      Promise.resolve(
        kind === 'TRADE'
          ? { kind: 'accepted', value: { path, dispose: () => Promise.resolve() } }
          : { kind: 'none' },
      ),
  } as unknown as WxPayService;
  const jobs = { enqueue: () => Promise.resolve() } as unknown as JobService;
  const dataSource = await new DataSource(dataSourceOptions(url, 2)).initialize();
  const service = new ReconciliationService(
    dataSource,
    wxpay,
    accounts,
    new LedgerService(),
    jobs,
    new Clock(),
  );
  const id = '01920000-0000-7000-8000-000000000001';
  await dataSource.query(
    `INSERT INTO reconciliations (id, account_id, date, status, attempts, next_attempt_at, created_at)
     VALUES ($1, 'default', $2, 'RUNNING', 1, now(), now())
     ON CONFLICT (id) DO UPDATE SET status = 'WAITING', next_attempt_at = now()`,
    [id, date],
  );
  await dataSource.query("UPDATE reconciliations SET status = 'RUNNING' WHERE id = $1", [id]);
  const idleRssMb = process.memoryUsage().rss / 1024 / 1024;
  const started = performance.now();
  await service.run({ id, accountId: 'default', date, attempts: 1 });
  const ms = performance.now() - started;
  await dataSource.destroy();
  process.send?.({ ms, idleRssMb, rssMb: process.resourceUsage().maxRSS / 1024 });
}

void main();
