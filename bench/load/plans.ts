import type { Merchant } from '../merchant.js';

/** A run of numbered orders; both sides know them by the same numbers, so both get the same bytes. */
export interface OrderRange {
  /** 14 digits, `yyyyMMddHHmmss` in UTC+8. */
  startedAt: string;
  first: number;
  count: number;
}

/** What the load generator sends. */
export type Requests =
  | { kind: 'notify'; merchant: Merchant; orders: OrderRange }
  | { kind: 'checkout'; tokens: string[]; productIds: string[] }
  | { kind: 'read'; reads: { orderId: string; token: string }[] }
  | { kind: 'approve'; token: string; refundIds: string[] }
  | { kind: 'unifiedorder'; merchant: Merchant; openid: string; notifyUrl: string; orders: OrderRange }
  | { kind: 'pay'; orders: OrderRange };

export interface LoadPlan {
  /** http or https; loopback only. */
  url: string;
  /** PEM file of the certificate authority, for https. */
  caPath?: string;
  connections: number;
  seconds: number;
  requests: Requests;
}

export interface LoadResult {
  answered: number;
  /** First few answers that were not a success; a benchmark with any of them fails. */
  failures: string[];
  failed: number;
  /** From the first request to the last answer. */
  elapsedMs: number;
  p50: number;
  p99: number;
  p999: number;
  /** Slowest answer, ms. */
  max: number;
}

/** To the generator: make the requests, then send them. */
export type Order = { prepare: LoadPlan } | { go: true };
/** From the generator. */
export type Reply = { ready: true } | { prepared: true } | { result: LoadResult } | { failed: string };

/** `order_no` of order number `index`: sorts by time, as real ones do. 22 digits. */
export function orderNo(startedAt: string, index: number): string {
  return startedAt + String(index).padStart(8, '0');
}

/** `out_trade_no` of what is ordered from the simulator without a service in between. */
export function directNo(startedAt: string, index: number): string {
  return `S${orderNo(startedAt, index)}`;
}

/** Amounts differ from order to order, so that a mix-up shows in the sums. */
export function amountFen(index: number): number {
  return 1000 + (index % 9000);
}

/** WeChat's number for the payment of order `index`. 28 digits. */
export function transactionId(startedAt: string, index: number): string {
  return `420000${orderNo(startedAt, index)}`;
}
