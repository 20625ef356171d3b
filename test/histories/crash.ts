import type { EventEmitter } from 'node:events';
import type { Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Pool as PgPool } from 'pg';
import { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import type { Pool } from 'undici';
import { ClockFollower } from '../../src/common/time/clock-follower.js';
import { DueWorker } from '../../src/common/time/due-worker.js';
import { JobService } from '../../src/jobs/job.service.js';
import { WxPayHttp } from '../../src/wxpay/wxpay.http.js';
import type { TestDatabase } from '../support/database.js';

/** What a process holds that reaches outside it; private everywhere else. */
interface Held {
  hosts: Pool[];
  certified: Map<string, Pool[]>;
  boss: EventEmitter & { stop(options: { graceful: boolean }): Promise<void> };
  stop: AbortController;
}

/**
 * The application as `kill -9` leaves it, without the cost of a process: its connections to PostgreSQL, to WeChat and
 * from its clients are cut in this order at this moment, whatever is in them, and it gets no new ones. What its code
 * still does after that reaches nobody.
 */
export async function die(app: NestFastifyApplication, database: TestDatabase): Promise<void> {
  const dataSource = app.get(DataSource);
  const http = held(app, WxPayHttp);
  const pool = (dataSource.driver as PostgresDriver).master as PgPool;
  pool.on('error', () => undefined);
  void pool.end(); // from here on nobody gets a connection; those in use are cut by the server
  const cut = database.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name IN ('checkout', 'checkout-jobs')`,
  );
  const server = app.getHttpServer() as { close(): void; closeAllConnections(): void };
  server.close();
  server.closeAllConnections();
  for (const host of [http.hosts, ...http.certified.values()].flat()) host.destroy().catch(() => undefined);
  held(app, ClockFollower).stop.abort();
  const { boss } = held(app, JobService);
  boss.removeAllListeners('error').on('error', () => undefined);
  boss.stop({ graceful: false }).catch(() => undefined);
  for (const module of app.get(ModulesContainer).values())
    for (const { instance } of module.providers.values())
      if (instance instanceof DueWorker) {
        Object.assign(instance, { stopping: true });
        instance.wake();
      }
  await cut;
}

function held(app: NestFastifyApplication, type: Type): Held {
  return app.get<unknown, Held>(type, { strict: false });
}
