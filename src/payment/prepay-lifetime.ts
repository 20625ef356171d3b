import type { TradeType } from '../wxpay/protocol.js';

const MINUTE_MS = 60_000;

/**
 * How long an answered prepay is handed out again: prepay_id and code_url live two hours, mweb_url five minutes
 * a margin is kept so that the buyer has time to pay with it.
 */
const LIFETIME_MS: Readonly<Record<TradeType, number>> = {
  JSAPI: 110 * MINUTE_MS,
  APP: 110 * MINUTE_MS,
  NATIVE: 110 * MINUTE_MS,
  H5: 3 * MINUTE_MS,
};

export function isPrepayFresh(tradeType: TradeType, prepaidAt: Date, now: Date): boolean {
  return now.getTime() - prepaidAt.getTime() < LIFETIME_MS[tradeType];
}
