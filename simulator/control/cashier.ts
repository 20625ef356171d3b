import { z } from 'zod';
import { announcePayment } from '../notify/announce.js';
import {
  MWEB_URL_LIFE_MS,
  PREPAY_LIFE_MS,
  settlementFen,
  tradeState,
  type Prepay,
  type Transaction,
} from '../trade/transaction.js';
import type { World } from '../world.js';
import { ControlError } from './input.js';
import { payParamsProblem, prepayIdOf } from './pay-params.js';

const fen = z.int().min(1);

export const payInput = z.strictObject({
  /** One of these says which order; payParams alone does as well. */
  prepayId: z.string().optional(),
  outTradeNo: z.string().optional(),
  codeUrl: z.string().optional(),
  h5Url: z.string().optional(),
  /** With outTradeNo: whose number it is; the first account's by default. */
  mchId: z.string().optional(),
  result: z.enum(['SUCCESS', 'PAYERROR']).default('SUCCESS'),
  /** What the client got from the merchant: its signature is checked first. */
  payParams: z.record(z.string(), z.unknown()).optional(),
  /** NATIVE, MWEB and APP: who pays; a new user by default. */
  openid: z.string().min(1).max(128).optional(),
  /** A coupon pays a part; NO_CASH lowers what is settled. */
  couponFee: z.int().min(0).default(0),
  couponType: z.enum(['CASH', 'NO_CASH']).default('NO_CASH'),
  /** For tests: another amount, currency or number than the order's, or a payment of a closed order. */
  totalFen: fen.optional(),
  feeType: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .optional(),
  transactionId: z
    .string()
    .regex(/^\d{1,32}$/)
    .optional(),
  force: z.boolean().default(false),
});

type PayInput = z.infer<typeof payInput>;

/** The user in front of the cashier. Answers the order as it is afterwards; throws ControlError. */
export function payAtCashier(input: PayInput, world: World): Transaction {
  const { transaction, prepay } = locate(input, world);
  const merchant = world.merchants.byMchId(transaction.mchId);
  if (!merchant) throw new ControlError(404, 'NOT_FOUND', 'unknown merchant', 'mchId');
  const params = input.payParams;
  // NATIVE and H5 clients get an address instead of signed parameters.
  if (params && !isAddress(params)) {
    const problem = payParamsProblem(params, transaction, merchant, world.keyrings.of(merchant.mchId));
    if (problem) throw new ControlError(400, 'BAD_PAY_PARAMS', problem, 'payParams');
  }
  checkPayable(transaction, prepay, input, world);
  if (input.result === 'PAYERROR') {
    world.transactions.note(transaction, 'pay', 'PAYERROR');
    return transaction;
  }
  const totalFen = input.totalFen ?? transaction.totalFen;
  if (input.couponFee >= totalFen)
    throw new ControlError(400, 'INVALID_INPUT', 'must be less than the total', 'couponFee');
  const payment = world.transactions.pay(
    transaction,
    {
      openid: payer(input, transaction, world),
      totalFen,
      cashFen: totalFen - input.couponFee,
      couponFen: input.couponFee,
      couponType: input.couponType,
      feeType: input.feeType ?? 'CNY',
      bankType: 'OTHERS',
    },
    input.transactionId,
  );
  world.transactions.note(transaction, 'pay', 'SUCCESS');
  world.balances.add(transaction.mchId, 'REFUND_SOURCE_UNSETTLED_FUNDS', settlementFen(payment));
  announcePayment(world.deliveries, transaction, payment, merchant);
  return transaction;
}

/** The order, and the prepay the user came by; an order number alone means its newest prepay. */
function locate(input: PayInput, world: World): { transaction: Transaction; prepay: Prepay | undefined } {
  const params = input.payParams ?? {};
  const handle =
    input.prepayId ??
    input.codeUrl ??
    prepayIdOfPage(input.h5Url) ??
    prepayIdOf(params) ??
    (typeof params['codeUrl'] === 'string' ? params['codeUrl'] : prepayIdOfPage(params['h5Url']));
  if (input.outTradeNo === undefined && handle === undefined) {
    throw new ControlError(
      400,
      'INVALID_INPUT',
      'prepayId, outTradeNo, codeUrl, h5Url or payParams is needed',
      'prepayId',
    );
  }
  const transaction =
    input.outTradeNo === undefined
      ? world.transactions.byPrepayHandle(handle ?? '')
      : world.transactions.byNumber(input.mchId ?? world.merchants.first.mchId, input.outTradeNo);
  const field = input.outTradeNo === undefined ? 'prepayId' : 'outTradeNo';
  if (!transaction) throw new ControlError(404, 'NOT_FOUND', 'WeChat knows no such order', field);
  const prepay =
    handle === undefined
      ? transaction.prepays.at(-1)
      : transaction.prepays.find((each) => isNamed(each, handle));
  return { transaction, prepay };
}

function checkPayable(
  transaction: Transaction,
  prepay: Prepay | undefined,
  input: PayInput,
  world: World,
): void {
  const state = tradeState(transaction);
  if (transaction.payment) throw new ControlError(409, 'ORDERPAID', 'the order is paid already 该订单已支付');
  if (input.force) return;
  if (state === 'CLOSED') throw new ControlError(409, 'ORDERCLOSED', 'the order is closed 订单已关闭');
  const life = transaction.tradeType === 'MWEB' ? MWEB_URL_LIFE_MS : PREPAY_LIFE_MS;
  if (!prepay) throw new ControlError(409, 'PREPAY_UNKNOWN', 'that prepay_id belongs to another order');
  if (prepay.createdAt + life <= world.clock.now()) {
    const status = input.payParams ? 400 : 409;
    throw new ControlError(
      status,
      'PREPAY_EXPIRED',
      'the prepay_id, code_url or mweb_url has expired 预支付会话已过期',
    );
  }
}

function payer(input: PayInput, transaction: Transaction, world: World): string {
  if (transaction.openid === undefined) return input.openid ?? world.logins.newUser(transaction.appId).openid;
  if (input.openid !== undefined && input.openid !== transaction.openid) {
    throw new ControlError(
      400,
      'INVALID_INPUT',
      'only the user of unifiedorder can pay a JSAPI order',
      'openid',
    );
  }
  return transaction.openid;
}

function isAddress(params: Record<string, unknown>): boolean {
  return typeof params['codeUrl'] === 'string' || typeof params['h5Url'] === 'string';
}

function isNamed(prepay: Prepay, handle: string): boolean {
  return prepay.prepayId === handle || prepay.codeUrl === handle;
}

/** The merchant may have appended `&redirect_url=…` to the address. */
function prepayIdOfPage(url: unknown): string | undefined {
  if (typeof url !== 'string') return undefined;
  return URL.canParse(url) ? (new URL(url).searchParams.get('prepay_id') ?? url) : url;
}
