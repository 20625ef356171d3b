import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { startOf, type Bill } from '../bill/bills.js';
import { fundFlow } from '../bill/fund-flow.js';
import { rowsOf, tradeBill, type BillType } from '../bill/trade-bill.js';
import type { World } from '../world.js';
import { ApiError, invalidQuery } from './api-error.js';
import type { Call } from './call.js';
import { UnsignedFile, type Handler } from './endpoint.js';

const TYPES = ['ALL', 'SUCCESS', 'REFUND', 'RECHARGE_REFUND'];
/** Bills with personal data: only for merchants with a permission nobody has here. */
const SPECIAL_TYPES = ['ALL_SPECIAL', 'SUC_SPECIAL', 'REF_SPECIAL'];
const ACCOUNTS = ['BASIC', 'OPERATION', 'FEES'];

/** `GET /v3/bill/tradebill` (protocol notes §2.10). */
export const tradeBillHandler: Handler = (call, world) => {
  const type = oneOf(call, 'bill_type', [...TYPES, ...SPECIAL_TYPES]);
  if (SPECIAL_TYPES.includes(type)) throw new ApiError('NO_AUTH');
  const bill = findBill(call, world);
  const rows = rowsOf(bill.rows, type as BillType);
  if (rows.length === 0) throw new ApiError('NO_STATEMENT_EXIST');
  return offer(call, tradeBill(rows, type as BillType, bill.layout), world);
};

/** `GET /v3/bill/fundflowbill`. Money moves in the basic account only. */
export const fundFlowHandler: Handler = (call, world) => {
  const account = oneOf(call, 'account_type', ACCOUNTS);
  const bill = findBill(call, world);
  if (account !== 'BASIC' || bill.rows.length === 0) throw new ApiError('NO_STATEMENT_EXIST');
  const { mchId, date, rows, flows } = bill;
  return offer(call, fundFlow(rows, world.bills.rowsBefore(mchId, date), flows), world);
};

/** `GET /v3/billdownload/file`: the bytes, unsigned. */
export const billFileHandler: Handler = ({ query, merchant }, world) => {
  const download = world.bills.download(query.get('token') ?? '');
  if (!download) throw new ApiError('INVALID_REQUEST', '账单下载链接无效或已过期');
  if (download.mchId !== merchant.mchId) throw new ApiError('NO_AUTH');
  return new UnsignedFile(download.bytes);
};

function findBill({ query, merchant }: Call, world: World): Bill {
  const text = query.get('bill_date') ?? '';
  const date = text.replaceAll('-', '');
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(startOf(date)))
    throw invalidQuery('bill_date', text, '格式错误，应为yyyy-MM-dd');
  const bill = world.bills.of(merchant.mchId, date);
  if (bill === 'creating') throw new ApiError('STATEMENT_CREATING');
  if (bill === 'none') throw new ApiError('NO_STATEMENT_EXIST');
  return bill;
}

/** Where to fetch it. The hash is over the file before it is compressed. */
function offer({ query, merchant, host, fault }: Call, text: string, world: World): object {
  const isCompressed = query.has('tar_type');
  if (isCompressed && query.get('tar_type') !== 'GZIP')
    throw invalidQuery('tar_type', query.get('tar_type'), '只能为GZIP');
  const bytes = Buffer.from(text);
  const token = world.bills.offer(merchant.mchId, isCompressed ? gzipSync(bytes) : bytes);
  const hashed = fault === 'wrongHash' ? `${text} ` : text;
  return {
    hash_type: 'SHA1',
    hash_value: createHash('sha1').update(hashed).digest('hex'),
    // Nobody answers there, and nobody should be asked.
    download_url: `https://${fault === 'foreignHost' ? 'bills.invalid' : host}/v3/billdownload/file?token=${token}`,
  };
}

/** The first is the default. */
function oneOf({ query }: Call, name: string, known: string[]): string {
  const value = query.get(name) ?? known[0] ?? '';
  if (!known.includes(value)) throw invalidQuery(name, value, '错误');
  return value;
}
