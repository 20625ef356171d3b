import type { Buyer } from '../../buyer/buyer.entity.js';
import { ZERO_FEN } from '../../common/fen.js';
import { toBeijingIso } from '../../common/time/beijing-time.js';
import { maskOpenid } from '../masked.js';
import type { BuyerTotals } from './buyer-totals.js';
import type { StaffBuyerView } from './staff-buyer.schema.js';

export function staffBuyerView(buyer: Buyer, totals: BuyerTotals | undefined): StaffBuyerView {
  return {
    id: buyer.id,
    openid: maskOpenid(buyer.openid),
    orders: totals?.orders ?? 0,
    ordersPaid: totals?.ordersPaid ?? 0,
    paidFen: totals?.paidFen ?? ZERO_FEN,
    refundedFen: totals?.refundedFen ?? ZERO_FEN,
    ...lastOrder(totals),
    note: buyer.note,
    ...(buyer.blockedAt && { blockedAt: toBeijingIso(buyer.blockedAt) }),
    createdAt: toBeijingIso(buyer.createdAt),
    lastLoginAt: toBeijingIso(buyer.lastLoginAt),
  };
}

function lastOrder(totals: BuyerTotals | undefined): Pick<StaffBuyerView, 'lastOrder'> {
  const { lastOrderId: id, lastOrderNo: orderNo, lastOrderAt } = totals ?? {};
  return id && orderNo && lastOrderAt
    ? { lastOrder: { id, orderNo, createdAt: toBeijingIso(lastOrderAt) } }
    : {};
}
