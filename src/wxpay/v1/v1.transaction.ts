import { parseFen, toFen } from '../../common/fen.js';
import { fromCompactBeijing } from '../../common/time/beijing-time.js';
import type { MerchantAccount } from '../merchant-accounts.js';
import type { PaidTransaction } from '../protocol.js';
import { FEE_TYPE_CNY } from './v1.genprepay.js';

/** `trade_state` of a payment that has happened; every other value means it has not (protocol §4.3). */
export const TRADE_SUCCESS = '0';

/**
 * The paid transaction in a verified notification or an answer of orderquery (protocol §4.3, §4.4). What the order cost
 * is `total_fee` + `discount`; what reaches the merchant is `total_fee`.
 * @param appId neither form names an app: the one that the notification's body, or the question, was about
 * @returns undefined when a mandatory field is missing or malformed
 */
export function readTransaction(
  account: MerchantAccount,
  appId: string,
  fields: ReadonlyMap<string, string>,
): PaidTransaction | undefined {
  const [outTradeNo, transactionId, bankType, attach] = [
    'out_trade_no',
    'transaction_id',
    'bank_type',
    'attach',
  ].map((name) => fields.get(name));
  const settlementFen = parseFen(fields.get('total_fee') ?? '');
  const discountFen = parseFen(fields.get('discount') || '0');
  const paidAt = fromCompactBeijing(fields.get('time_end') ?? '');
  if (
    !outTradeNo ||
    !transactionId ||
    settlementFen === undefined ||
    discountFen === undefined ||
    paidAt === undefined
  ) {
    return undefined;
  }
  const feeType = fields.get('fee_type') ?? '';
  return {
    accountId: account.id,
    // The gateway knows the merchant as `partner`, which the caller has compared.
    mchId: account.mchId,
    appId,
    outTradeNo,
    transactionId,
    tradeType: 'APP',
    totalFen: toFen(settlementFen + discountFen),
    settlementFen,
    currency: feeType === FEE_TYPE_CNY ? 'CNY' : feeType,
    paidAt,
    ...(bankType && { bankType }),
    ...(attach && { attach }),
    fields: Object.fromEntries([...fields].filter(([name]) => name !== 'sign')),
  };
}
