import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { Clock } from '../../src/common/time/clock.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { transaction } from '../../src/database/transaction.js';
import { WxPayHttp } from '../../src/wxpay/wxpay.http.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { watchCalls } from './probes.js';

const NOBODY = 'https://127.0.0.1:1';

let database: TestDatabase;
let dataSource: DataSource;
let http: WxPayHttp;
let complaints: string[];
let unwatch: () => void;

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await new DataSource(dataSourceOptions(database.url, 4)).initialize();
  const wxpay = { baseUrl: NOBODY, backupUrl: NOBODY, caPath: undefined, timeoutMs: 200, accounts: [] };
  http = new WxPayHttp({ wxpay }, new Clock());
  complaints = [];
  unwatch = watchCalls({
    isCommitted: () => Promise.resolve(true),
    complain: (words) => complaints.push(words),
  });
});
afterAll(async () => {
  unwatch();
  await http.onApplicationShutdown();
  await dataSource.destroy();
  await database.drop();
});

function callWeChat(path: string): Promise<unknown> {
  return http.send({ method: 'POST', path, headers: {} });
}

describe('the probe of rule 4', () => {
  it("sees a call inside of a transaction, TypeORM's or ours", async () => {
    await transaction(dataSource, (manager) => manager.query('SELECT 1').then(() => callWeChat('/in/ours')));
    await dataSource.transaction(() => callWeChat('/in/typeorms'));
    expect(complaints.splice(0)).toEqual([
      expect.stringContaining('rule 4: POST /in/ours inside a transaction'),
      expect.stringContaining('rule 4: POST /in/typeorms inside a transaction'),
    ]);
  });

  it('lets calls pass before, after and beside one', async () => {
    const begun = Promise.withResolvers<void>();
    const beside = begun.promise.then(() => callWeChat('/beside'));
    await transaction(dataSource, async (manager) => {
      await manager.query('SELECT 1');
      begun.resolve();
      await manager.query('SELECT 1');
    });
    await callWeChat('/after');
    await beside;
    expect(complaints).toEqual([]);
  });
});
