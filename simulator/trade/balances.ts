import type { Collection } from '../state/collection.js';
import type { RefundAccount } from './refund.js';

/** A merchant's money at WeChat, integer fen. Payments arrive in `unsettledFen`. */
export interface Balance {
  mchId: string;
  unsettledFen: number;
  rechargeFen: number;
}

const FIELDS = {
  REFUND_SOURCE_UNSETTLED_FUNDS: 'unsettledFen',
  REFUND_SOURCE_RECHARGE_FUNDS: 'rechargeFen',
} as const satisfies Record<RefundAccount, keyof Balance>;

/** What refunds can be paid from. Nothing is settled by itself: a test that wants an empty account says so. */
export class Balances {
  constructor(private readonly rows: Collection<Balance>) {}

  of(mchId: string): Balance {
    return this.rows.get(mchId) ?? { mchId, unsettledFen: 0, rechargeFen: 0 };
  }

  set(balance: Balance): Balance {
    return this.rows.set(balance.mchId, balance);
  }

  has(mchId: string, account: RefundAccount, fen: number): boolean {
    return this.of(mchId)[FIELDS[account]] >= fen;
  }

  /** Moves `fen` in (positive) or out (negative). */
  add(mchId: string, account: RefundAccount, fen: number): void {
    const balance = this.of(mchId);
    this.set({ ...balance, [FIELDS[account]]: balance[FIELDS[account]] + fen });
  }

  forgetAll(): void {
    this.rows.clear();
  }
}
