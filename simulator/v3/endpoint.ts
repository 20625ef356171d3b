import { randomBytes } from 'node:crypto';
import type { Fault } from '../state/faults.js';
import type { Transaction } from '../trade/transaction.js';
import type { World } from '../world.js';
import { ApiError } from './api-error.js';
import { authenticate, type Call, type Request } from './call.js';
import { signatureHeaders, type SignatureKind, type SigningKey } from './signature.js';
import { answerKey } from './signing-keys.js';

/** A file's bytes are answered as they are, and not signed (protocol notes §2.10). */
export class UnsignedFile {
  constructor(readonly bytes: Buffer) {}
}

/** Decides one authentic request: the answer's object or file, undefined for 204. Throws ApiError. */
export type Handler = (call: Call, world: World) => object | undefined;

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer;
}

/** A code of WeChat's in capitals, ordered as a fault: answered as such, without doing anything. */
const ERROR_CODE = /^[A-Z][A-Z0-9_]*$/;

/** One V3 request from its bytes to the bytes of the answer. */
export function answer(request: Request, handler: Handler, fault: Fault | undefined, world: World): Answer {
  try {
    const call = authenticate(request, fault, world);
    const key = answerKey(call.merchant, world.keyrings.of(call.merchant.mchId), call.namedSerial);
    return decide(call, key, handler, fault, world);
  } catch (error) {
    return { ...refusal(error), headers: basicHeaders(error) };
  }
}

function decide(
  call: Call,
  key: SigningKey,
  handler: Handler,
  fault: Fault | undefined,
  world: World,
): Answer {
  let error: unknown;
  let decided: { status: number; body: string };
  try {
    if (fault && ERROR_CODE.test(fault.fault)) throw new ApiError(fault.fault, fault.message);
    const body = handler(call, world);
    if (body instanceof UnsignedFile)
      return { status: 200, headers: { 'content-type': 'text/plain' }, body: body.bytes };
    decided = body
      ? { status: 200, body: fault?.fault === 'empty' ? '{}' : JSON.stringify(body) }
      : { status: 204, body: '' };
  } catch (thrown) {
    decided = refusal(thrown);
    error = thrown;
  }
  noteInTimeline(call, error instanceof ApiError ? error.code : 'SUCCESS', world);
  const isUnsigned = fault?.fault === 'unsigned' || (error instanceof ApiError && error.isUnsigned);
  const signed = isUnsigned ? {} : signatureHeaders(decided.body, key, world.clock.now(), kindOf(fault));
  return { ...decided, headers: { ...basicHeaders(error), ...signed } };
}

function refusal(error: unknown): { status: number; body: string } {
  if (!(error instanceof ApiError)) throw error;
  return { status: error.status, body: error.body };
}

function basicHeaders(error: unknown): Record<string, string> {
  const code = error instanceof ApiError ? error.requestCode : 0;
  return {
    'content-type': 'application/json; charset=utf-8',
    'request-id': `08${randomBytes(16).toString('hex').toUpperCase()}-${code}`,
  };
}

function kindOf(fault: Fault | undefined): SignatureKind {
  if (fault?.fault === 'badSignature') return 'wrong';
  return fault?.fault === 'signTest' ? 'probe' : 'genuine';
}

/** Under the route's pattern: the numbers in a path would only repeat the order's own. */
function noteInTimeline(call: Call, result: string, world: World): void {
  const transaction = orderOf(call, world);
  if (transaction) world.transactions.note(transaction, call.route, result);
}

function orderOf({ params, body, merchant }: Call, world: World): Transaction | undefined {
  const named = { ...params, ...(body as Record<string, unknown> | undefined) };
  const outTradeNo = params['outTradeNo'] ?? named['out_trade_no'];
  const transactionId = params['transactionId'] ?? named['transaction_id'];
  const transaction =
    typeof transactionId === 'string'
      ? world.transactions.byTransactionId(transactionId)
      : typeof outTradeNo === 'string' && world.transactions.byNumber(merchant.mchId, outTradeNo);
  return transaction && transaction.mchId === merchant.mchId ? transaction : undefined;
}
