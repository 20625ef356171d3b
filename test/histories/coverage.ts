import type { BatchResult } from './batch.js';

/** How often each situation came about, by name. */
export type Situations = Record<string, number>;

/** What was done and what it led to: the proof that the generator still reaches the places where rules could break. */
export function countSituations({ lanes, crashed, troubles }: BatchResult): Situations {
  const found: Situations = {};
  const count = (name: string, times = 1): void => {
    if (times > 0) found[name] = (found[name] ?? 0) + times;
  };
  if (crashed) {
    count('crashes');
    count('histories through a crash', lanes.length);
  }
  for (const [name, times] of troubles) count(`trouble ${name}`, times);
  for (const { lane, books } of lanes) {
    for (const [step, times] of Object.entries(lane.done)) {
      count('steps', times);
      count(`step ${step}`, times);
    }
    count('transactions at WeChat', books.wechatOrders.length);
    count('payments at WeChat', books.wechatOrders.filter(({ payment }) => payment !== undefined).length);
    count('refunds at WeChat', books.wechatRefunds.length);
    for (const { status, couponCode } of books.orders) {
      count(`order ${status}`);
      if (couponCode !== null) count(`order with coupon ${status}`);
    }
    for (const { status } of books.payments) count(`attempt ${status}`);
    for (const { kind, status } of books.suspense) {
      count(`suspense ${kind}`);
      count(`suspense ${status}`);
    }
    for (const { status, calls, suspenseId, restock } of books.refunds) {
      count(`refund ${status}`);
      if (suspenseId !== null) count(`return ${status}`);
      if (calls > 1) count('refund sent again');
      if (restock && status === 'SUCCESS') count('goods taken back');
    }
    for (const { status } of books.coupon?.uses ?? []) count(`coupon ${status}`);
    for (const { verdict } of books.notices) count(`notification ${verdict}`);
    if (books.payments.length > books.orders.length) count('histories with several attempts');
  }
  return found;
}

export function addSituations(total: Situations, more: Situations): void {
  for (const [name, times] of Object.entries(more)) total[name] = (total[name] ?? 0) + times;
}
