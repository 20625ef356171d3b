import { gzipSync } from 'node:zlib';
import { startOf } from '../bill/bills.js';
import { rowsOf, tradeBill, type BillType } from '../bill/trade-bill.js';
import type { Fault } from '../state/faults.js';
import type { World } from '../world.js';
import { authenticate } from './call.js';
import { isErrorCode, type V2Request } from './endpoint.js';
import { Refusal, Unauthentic } from './refusal.js';
import { writeXml } from './xml.js';

const TYPES: readonly string[] = ['ALL', 'SUCCESS', 'REFUND', 'RECHARGE_REFUND'] satisfies BillType[];

/** The only numbers and words this path has for trouble (protocol notes §1.10). */
const REASONS: Record<string, [errorCode: string, message: string]> = {
  BILL_CREATING: ['20007', 'Bill Creating'],
  LACK_PARAMS: ['20001', 'missing parameter'],
  NO_BILL_EXIST: ['20002', 'No Bill Exist'],
  PARAM_ERROR: ['20001', 'data format error'],
  SIGNERROR: ['20001', 'SIGN ERROR'],
  STATEMENT_CREATING: ['20007', 'Bill Creating'],
  NO_STATEMENT_EXIST: ['20002', 'No Bill Exist'],
  SYSTEMERROR: ['20003', 'SYSTEMERROR'],
};

/** `POST /pay/downloadbill`: the CSV, or gzip bytes when asked for; XML, never signed, when there is nothing. */
export function downloadBill(request: V2Request, fault: Fault | undefined, world: World): string | Buffer {
  try {
    const { fields, merchant } = authenticate(request, world.merchants);
    if (fault && isErrorCode(fault.fault)) throw new Refusal(fault.fault);
    const type = fields['bill_type'] || 'ALL';
    if (!TYPES.includes(type)) throw new Refusal('PARAM_ERROR', 'invalid bill_type');
    const date = fields['bill_date'];
    if (!date) throw new Refusal('LACK_PARAMS');
    if (Number.isNaN(startOf(date))) throw new Refusal('PARAM_ERROR');
    if (fields['tar_type'] && fields['tar_type'] !== 'GZIP') throw new Refusal('PARAM_ERROR');
    const bill = world.bills.of(merchant.mchId, date);
    if (bill === 'creating') throw new Refusal('BILL_CREATING');
    const rows = bill === 'none' ? [] : rowsOf(bill.rows, type as BillType);
    if (bill === 'none' || rows.length === 0) throw new Refusal('NO_BILL_EXIST');
    const text = tradeBill(rows, type as BillType, bill.layout);
    return fields['tar_type'] ? gzipSync(text) : text;
  } catch (error) {
    return failure(error instanceof Refusal ? error : Unauthentic.from(error));
  }
}

function failure(error: Refusal | Unauthentic): string {
  const [errorCode, message] = REASONS[error.code] ?? ['20001', error.message];
  const isBillType = error instanceof Refusal && error.description === 'invalid bill_type';
  return writeXml({
    return_code: 'FAIL',
    error_code: errorCode,
    return_msg: isBillType ? error.description : message,
  });
}
