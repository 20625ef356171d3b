import { fromDashedBeijing } from '../../common/time/beijing-time.js';
import { parseFen } from '../../common/fen.js';
import type { RefundRequest, RefundResult } from '../protocol.js';
import { sentText } from '../sent-text.js';
import type { V2Fields } from './v2.signature.js';

/** Fields of `/secapi/pay/refund` beside the common ones (protocol §1.8). The same refund gives the same fields, always. */
export function refundFields(request: RefundRequest): Record<string, string> {
  return {
    transaction_id: request.transactionId,
    out_refund_no: request.outRefundNo,
    total_fee: String(request.totalFen),
    refund_fee: String(request.refundFen),
    refund_fee_type: request.currency,
    refund_desc: sentText(request.reason),
    notify_url: request.notifyUrl,
    op_user_id: request.operator,
  };
}

/** `refund_status` of refundquery. `CHANGE`: the bank refused and the money lies with the merchant (protocol §1.9). */
const STATES: Readonly<Record<string, RefundResult['state']>> = {
  SUCCESS: 'SUCCESS',
  PROCESSING: 'PROCESSING',
  CHANGE: 'ABNORMAL',
  REFUNDCLOSE: 'CLOSED',
  FAIL: 'CLOSED', // only in documents of 2016
};

/**
 * Our refund in an answer of `/pay/refundquery`, which lists refunds by index.
 * @returns undefined when it is not in the list or in no state we know
 */
export function readRefundQuery(fields: V2Fields, outRefundNo: string): RefundResult | undefined {
  let n = 0;
  while (fields.has(`out_refund_no_${n}`) && fields.get(`out_refund_no_${n}`) !== outRefundNo) n++;
  const get = (name: string): string => fields.get(`${name}_${n}`) ?? '';
  const state = STATES[get('refund_status')];
  const refundFen = parseFen(get('refund_fee'));
  const refundId = get('refund_id');
  if (state === undefined || refundFen === undefined || refundId === '') return undefined;
  const succeededAt = fromDashedBeijing(get('refund_success_time'));
  const receivedBy = get('refund_recv_accout'); // misspelt in the protocol
  return {
    state,
    refundId,
    refundFen,
    settlementFen: parseFen(get('settlement_refund_fee')) ?? refundFen,
    ...(succeededAt && { succeededAt }),
    ...(receivedBy !== '' && { receivedBy }),
    fields: Object.fromEntries([...fields].filter(([name]) => name !== 'sign' && name !== 'nonce_str')),
  };
}
