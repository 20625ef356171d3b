/** What the backend answers, as far as these pages show it (its OpenAPI document says all of it). Amounts in fen. */
export interface Product {
  id: string;
  name: string;
  description: string;
  priceFen: number;
  stock: number;
  imageUrl: string | null;
}

export type OrderStatus = 'PENDING_PAYMENT' | 'PAID' | 'SHIPPED' | 'COMPLETED' | 'CLOSED';

export interface Order {
  id: string;
  orderNo: string;
  status: OrderStatus;
  refundStatus: 'NONE' | 'PARTIAL' | 'FULL';
  payableFen: number;
  paidFen: number;
  refundedFen: number;
  discountFen: number;
  items: { productId: string; name: string; unitPriceFen: number; quantity: number; payableFen: number }[];
  createdAt: string;
  expiresAt: string;
  closing?: boolean;
  shipment?: {
    parcels: { carrierName?: string; trackingNo?: string; itemDesc: string }[];
    shippedAt: string;
  };
}

export type RefundStatus =
  | 'REQUESTED'
  | 'REJECTED'
  | 'WITHDRAWN'
  | 'APPROVED'
  | 'PROCESSING'
  | 'SUCCESS'
  | 'ABNORMAL'
  | 'CLOSED'
  | 'FAILED';

export interface Refund {
  id: string;
  refundNo: string;
  purpose: 'ORDER' | 'SUSPENSE';
  status: RefundStatus;
  amountFen: number;
  reason: string;
  requestedBy: { kind: 'buyer' | 'operator' | 'policy' };
  reviewNote?: string;
  createdAt: string;
  reviewedAt?: string;
  succeededAt?: string;
}

export interface Coupon {
  code: string;
  name: string;
  minTotalFen: number;
}

export interface Subscription {
  message: string;
  templateId: string;
  remaining: number;
  refused: boolean;
}

export interface List<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** These hold their amount: what they ask for cannot be asked for again. */
const HOLDING: readonly RefundStatus[] = ['REQUESTED', 'APPROVED', 'PROCESSING', 'ABNORMAL'];

/** What may still be asked back; the server has the last word. */
export function refundableFen(order: Order, refunds: readonly Refund[]): number {
  const held = refunds
    .filter(({ purpose, status }) => purpose === 'ORDER' && HOLDING.includes(status))
    .reduce((sum, { amountFen }) => sum + amountFen, 0);
  return Math.max(order.paidFen - order.refundedFen - held, 0);
}
