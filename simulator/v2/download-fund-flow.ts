import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { startOf } from '../bill/bills.js';
import { fundFlow } from '../bill/fund-flow.js';
import type { Fault } from '../state/faults.js';
import type { World } from '../world.js';
import { authenticate, type Call } from './call.js';
import { isErrorCode, type V2Request } from './endpoint.js';
import { lackOf, invalidParameter, Refusal, Unauthentic } from './refusal.js';
import { writeXml } from './xml.js';

const ACCOUNTS = ['Basic', 'Operation', 'Fees'];

export interface FundFlowAnswer {
  body: string | Buffer;
  /** Of the file before it is compressed: `SHA=…`. */
  digest?: string;
}

/** `POST /pay/downloadfundflow` (protocol notes §1.10): with the client certificate and HMAC-SHA256 only. */
export function downloadFundFlow(request: V2Request, fault: Fault | undefined, world: World): FundFlowAnswer {
  try {
    const call = authenticate(request, world.merchants);
    if (fault && isErrorCode(fault.fault)) throw new Refusal(fault.fault);
    const text = findFundFlow(call, world);
    const hashed = fault?.fault === 'wrongHash' ? `${text} ` : text;
    return {
      body: call.fields['tar_type'] ? gzipSync(text) : text,
      digest: `SHA=${createHash('sha1').update(hashed).digest('hex')}`,
    };
  } catch (error) {
    if (!(error instanceof Refusal))
      return { body: writeXml({ return_code: 'FAIL', return_msg: Unauthentic.from(error).message }) };
    const { code, description } = error;
    const fields = { result_code: 'FAIL', err_code: code, err_code_des: description };
    return { body: writeXml({ return_code: 'SUCCESS', return_msg: 'OK', ...fields }) };
  }
}

function findFundFlow({ fields, merchant, signType, certificateMchId }: Call, world: World): string {
  if (certificateMchId !== merchant.mchId) throw new Refusal('CERT_ERROR');
  if (signType !== 'HMAC-SHA256') throw invalidParameter('sign_type', '只支持HMAC-SHA256');
  const { bill_date: date, account_type: account, tar_type: compression } = fields;
  if (!date) throw lackOf('bill_date');
  if (Number.isNaN(startOf(date))) throw invalidParameter('bill_date');
  if (!account) throw lackOf('account_type');
  if (!ACCOUNTS.includes(account)) throw invalidParameter('account_type');
  if (compression && compression !== 'GZIP') throw invalidParameter('tar_type');
  const bill = world.bills.of(merchant.mchId, date);
  if (bill === 'creating') throw new Refusal('BILL_CREATING', '账单生成中');
  if (bill === 'none' || bill.rows.length === 0 || account !== 'Basic')
    throw new Refusal('NO_BILL_EXIST', '账单不存在');
  return fundFlow(bill.rows, world.bills.rowsBefore(merchant.mchId, date), bill.flows);
}
