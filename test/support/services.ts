import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../../src/common/time/clock.js';
import type { Settings } from '../../src/config/settings.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { transaction } from '../../src/database/transaction.js';
import { JobService } from '../../src/jobs/job.service.js';
import { LedgerService } from '../../src/ledger/ledger.service.js';
import { CouponService } from '../../src/order/coupon/coupon.service.js';
import { Order } from '../../src/order/order.entity.js';
import { OrderService } from '../../src/order/order.service.js';
import { StockService } from '../../src/order/stock.service.js';
import { Payment } from '../../src/payment/payment.entity.js';
import { SettleService, type Settlement } from '../../src/payment/settle.service.js';
import { SuspenseItem } from '../../src/payment/suspense-item.entity.js';
import { RefundConclusionService } from '../../src/refund/refund-conclusion.service.js';
import { Refund } from '../../src/refund/refund.entity.js';
import type { PaidTransaction } from '../../src/wxpay/protocol.js';
import { createTestDatabase, type TestDatabase } from './database.js';

/** Business time stands still, so that what is written into rows can be compared to the second. */
export const NOW = new Date('2026-11-21T12:05:00.000Z');

class StoppedClock extends Clock {
  override now(): Date {
    return NOW;
  }
}

/** What a service has said, with its name. */
export type LogLine = Record<string, unknown> & { context: string; message: string };

/**
 * The services that make WeChat's word true, over a database of their own. There is no application around them: no
 * HTTP, no simulator, and nothing due runs beside the test.
 */
export interface Services {
  database: TestDatabase;
  dataSource: DataSource;
  settlement: SettleService;
  conclusions: RefundConclusionService;
  /** Of `Logger.log`, since the start. */
  log: LogLine[];
  /** A settlement under other rules about money in suspense. */
  settlementWith(suspense: Settings['suspense']): SettleService;
  /** Settles in a transaction of its own. */
  settle(...reports: PaidTransaction[]): Promise<Settlement[]>;
  close(): Promise<void>;
}

export async function startServices(): Promise<Services> {
  const database = await createTestDatabase();
  const dataSource = await new DataSource({
    ...dataSourceOptions(database.url, 4),
    entities: [Order, Payment, SuspenseItem, Refund],
  }).initialize();
  const settings = (suspense: Settings['suspense']): Settings =>
    ({ database: { url: database.url }, suspense }) as Settings;
  const given = settings({ late: 'return', double: 'return' });
  const clock = new StoppedClock();
  const ledger = new LedgerService();
  const coupons = new CouponService(dataSource, clock);
  const orders = new OrderService(dataSource, new StockService(), coupons, clock, given);
  const jobs = new JobService(given);
  await jobs.onModuleInit();
  const settlementWith: Services['settlementWith'] = (suspense) =>
    new SettleService(coupons, ledger, jobs, clock, settings(suspense));
  const settlement = settlementWith(given.suspense);
  const log = listen();
  return {
    database,
    dataSource,
    settlement,
    settlementWith,
    conclusions: new RefundConclusionService(dataSource, orders, ledger, jobs, clock),
    log,
    settle: (...reports) => transaction(dataSource, (manager) => settlement.settle(manager, reports)),
    close: async () => {
      Logger.overrideLogger(false); // the next application of this worker brings its own
      await jobs.beforeApplicationShutdown();
      await dataSource.destroy();
      await database.drop();
    },
  };
}

const ignore = (): void => undefined;

function listen(): LogLine[] {
  const lines: LogLine[] = [];
  Logger.overrideLogger({
    log: (message: string, facts: object, context: string) => lines.push({ ...facts, message, context }),
    warn: ignore,
    error: ignore,
  });
  return lines;
}
