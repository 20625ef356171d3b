import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Outcome } from './outcome.js';

export interface BillRequest {
  /** `TRADE`: every payment and refund of a day. `FUND_FLOW`: every movement of the merchant's money, fees included. */
  kind: 'TRADE' | 'FUND_FLOW';
  /** The day at UTC+8, `yyyy-MM-dd`. */
  date: string;
}

/** A downloaded bill: CSV as WeChat wrote it, uncompressed, in a file of its own because it may have a million rows. */
export interface Bill {
  path: string;
  dispose(): Promise<void>;
}

/** `none`: nothing happened that day. `later`: WeChat has not written it yet; before 10:00 of the next day that is normal. */
export type BillOutcome = Outcome<Bill> | { kind: 'none' } | { kind: 'later'; message: string };

/** The bytes are not the ones WeChat announced. */
export class BillDamaged extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BillDamaged';
  }
}

const GZIP = Buffer.from([0x1f, 0x8b]);

export function isGzip(start: Buffer): boolean {
  return start.subarray(0, 2).equals(GZIP);
}

/**
 * Writes a bill to a temporary file in constant memory, uncompressed.
 * @param sha1 hex of the uncompressed file, where WeChat announces one (protocol §2.10): v3's downloads are not signed
 * @throws BillDamaged when the hash differs or the compression is broken; the file is gone then
 */
export async function keepBill(
  body: Readable,
  { gzip, sha1 }: { gzip: boolean; sha1?: string },
): Promise<Bill> {
  const folder = await mkdtemp(join(tmpdir(), 'wxpay-bill-'));
  const dispose = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const path = join(folder, 'bill.csv');
  const hash = createHash('sha1');
  const hashed = new PassThrough().on('data', (chunk: Buffer) => hash.update(chunk));
  try {
    const file = createWriteStream(path, { mode: 0o600 });
    await (gzip ? pipeline(body, createGunzip(), hashed, file) : pipeline(body, hashed, file));
    if (sha1 !== undefined && hash.digest('hex') !== sha1.toLowerCase())
      throw new BillDamaged('its SHA-1 is not the one WeChat announced');
    return { path, dispose };
  } catch (error) {
    await dispose();
    if ((error as NodeJS.ErrnoException).code?.startsWith('Z_') === true)
      throw new BillDamaged('its compression is broken');
    throw error;
  }
}
