import { Formatter } from 'wechatpay-axios-plugin';
import type { Fault } from '../state/faults.js';
import type { World } from '../world.js';
import { authenticate, findTransaction, requireBoundApp, type Call } from './call.js';
import { Refusal, Unauthentic } from './refusal.js';
import { sign, spoilSign } from './signature.js';
import { writeXml, type Fields } from './xml.js';

/** Decides one authentic request; answers the fields that a success adds, or throws Refusal. */
export type Handler = (call: Call, world: World) => Fields;

/** What came over the wire. */
export interface V2Request {
  method: string;
  path: string;
  body: Buffer;
  certificateMchId: string | undefined;
}

/** Ordered as a fault: `return_code` FAIL without a signature, whatever is asked and however well (protocol notes §1.1). */
const COMMUNICATION_FAILURE = 'FAIL';

/** A code of WeChat's in capitals, ordered as a fault: answered as such, without doing anything. */
export function isErrorCode(fault: string): boolean {
  return /^[A-Z][A-Z0-9_]*$/.test(fault);
}

/** One V2 request from its bytes to the bytes of the answer (always HTTP 200). */
export function answer(request: V2Request, handler: Handler, fault: Fault | undefined, world: World): string {
  let call: Call;
  try {
    call = authenticate(request, world.merchants);
  } catch (error) {
    return writeXml({ return_code: 'FAIL', return_msg: Unauthentic.from(error).message });
  }
  if (fault?.fault === COMMUNICATION_FAILURE)
    return writeXml({ return_code: 'FAIL', return_msg: fault.message ?? '参数错误' });
  const outcome = decide(call, handler, fault, world);
  noteInTimeline(call, outcome['err_code'] ?? 'SUCCESS', world);
  const fields: Fields = {
    return_code: 'SUCCESS',
    return_msg: 'OK',
    appid: call.fields['appid'] ?? '',
    mch_id: call.merchant.mchId,
    device_info: call.fields['device_info'] ?? '',
    nonce_str: Formatter.nonce(16),
    ...outcome,
  };
  const signature = sign(fields, call.signType, call.merchant.apiKey);
  return writeXml({ ...fields, sign: fault?.fault === 'badSignature' ? spoilSign(signature) : signature });
}

function decide(call: Call, handler: Handler, fault: Fault | undefined, world: World): Fields {
  try {
    if (fault && isErrorCode(fault.fault)) throw new Refusal(fault.fault, fault.message);
    requireBoundApp(call, world.merchants);
    const content = handler(call, world);
    return { result_code: 'SUCCESS', ...(fault?.fault !== 'empty' && content) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { result_code: 'FAIL', err_code: error.code, err_code_des: error.description };
  }
}

function noteInTimeline(call: Call, result: string, world: World): void {
  const transaction = findTransaction(call, world.transactions);
  if (transaction) world.transactions.note(transaction, call.path, result);
}
