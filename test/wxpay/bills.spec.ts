import { access, readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { keepBill, type BillOutcome } from '../../src/wxpay/bill.js';
import { WxPayService } from '../../src/wxpay/wxpay.service.js';
import { paidOrder } from '../refund/paid-order.js';
import { startSystem, type System } from '../support/system.js';

const KINDS = ['TRADE', 'FUND_FLOW'] as const;
const PATHS = {
  v2: { TRADE: '/pay/downloadbill', FUND_FLOW: '/pay/downloadfundflow' },
  v3: { TRADE: '/v3/bill/tradebill', FUND_FLOW: '/v3/bill/fundflowbill' },
} as const;

const bytes = Buffer.from('\uFEFF交易时间\r\n`2026\r\n');
const sha1 = createHash('sha1').update(bytes).digest('hex');

describe('a downloaded bill', () => {
  it.each([
    ['plain', bytes, false],
    ['compressed', gzipSync(bytes), true],
  ])('%s, is kept uncompressed and gone after use', async (_, body, gzip) => {
    const bill = await keepBill(Readable.from([body]), { gzip, sha1 });
    expect(await readFile(bill.path)).toEqual(bytes);
    await bill.dispose();
    await expect(access(bill.path)).rejects.toThrow('ENOENT');
  });

  it.each([
    ['another hash', gzipSync(bytes), { gzip: true, sha1: '0'.repeat(40) }, 'SHA-1'],
    ['a changed byte', gzipSync(Buffer.concat([bytes, bytes])), { gzip: true, sha1 }, 'SHA-1'],
    ['compression cut off', gzipSync(bytes).subarray(0, 20), { gzip: true, sha1 }, 'compression'],
    ['no compression', bytes, { gzip: true, sha1 }, 'compression'],
  ])('with %s is refused', async (_, body, how, reason) => {
    await expect(keepBill(Readable.from([body]), how)).rejects.toThrow(reason);
  });
});

describe.each(['v2', 'v3'] as const)('the bills of API %s', (api) => {
  let system: System;
  let date: string;
  beforeAll(async () => {
    system = await startSystem({ WXPAY_API: api });
    await paidOrder(system, 1000);
    const { body } = await system.control.call<{ now: string }>('GET', '/_sim/clock');
    date = new Date(Date.parse(body.now) + 8 * 3600_000).toISOString().slice(0, 10);
    await system.control.call('POST', '/_sim/bills', { date });
  });
  afterEach(() => system.control.noFaults());
  afterAll(() => system.stop());

  const download = (kind: (typeof KINDS)[number], day = date): Promise<BillOutcome> =>
    system.app.get(WxPayService, { strict: false }).downloadBill('default', { kind, date: day });

  it.each(KINDS)('%s arrives as WeChat wrote it', async (kind) => {
    const outcome = await download(kind);
    if (outcome.kind !== 'accepted') throw new Error(JSON.stringify(outcome));
    const text = await readFile(outcome.value.path, 'utf8');
    expect(text.startsWith(kind === 'TRADE' ? '\uFEFF交易时间,' : '\uFEFF记账时间,')).toBe(true);
    await outcome.value.dispose();
  });

  it.each(KINDS)('%s of a day without trade is none', async (kind) => {
    expect(await download(kind, '2026-01-05')).toEqual({ kind: 'none' });
  });

  it.each(KINDS)('%s that WeChat is still writing comes later', async (kind) => {
    const fault = api === 'v2' ? 'BILL_CREATING' : 'STATEMENT_CREATING';
    await system.control.fault({ path: PATHS[api][kind], fault });
    expect(await download(kind)).toMatchObject({ kind: 'later', message: expect.stringMatching(/./) });
  });

  it.each(KINDS.flatMap((kind) => ['reset', 'http500', 'garbage'].map((fault) => [kind, fault] as const)))(
    '%s with %s is unknown',
    async (kind, fault) => {
      await system.control.fault({ path: PATHS[api][kind], fault });
      expect(await download(kind)).toMatchObject({ kind: 'unknown' });
    },
  );

  if (api === 'v3') {
    it.each(KINDS)('%s with another hash than announced is not believed', async (kind) => {
      await system.control.fault({ path: PATHS.v3[kind], fault: 'wrongHash' });
      expect(await download(kind)).toMatchObject({ kind: 'unknown', reason: 'UNVERIFIED' });
    });

    it.each(KINDS)('%s on a foreign host is not asked for', async (kind) => {
      await system.control.fault({ path: PATHS.v3[kind], fault: 'foreignHost' });
      await system.control.countRequests('/v3/billdownload/file');
      expect(await download(kind)).toMatchObject({ kind: 'rejected', code: 'FOREIGN_DOWNLOAD_URL' });
      expect(await system.control.applied()).toEqual([1, 0]);
    });

    it('a ticket that WeChat has not signed is not followed', async () => {
      await system.control.fault({ path: PATHS.v3.TRADE, fault: 'badSignature' });
      await system.control.countRequests('/v3/billdownload/file');
      expect(await download('TRADE')).toMatchObject({ kind: 'unknown', reason: 'UNVERIFIED' });
      expect(await system.control.applied()).toEqual([1, 0]);
    });
  } else {
    it('a fund flow with another hash than announced is not believed', async () => {
      await system.control.fault({ path: PATHS.v2.FUND_FLOW, fault: 'wrongHash' });
      expect(await download('FUND_FLOW')).toMatchObject({ kind: 'unknown' });
    });
  }
});
