import type { paths } from './schema.d.ts';

type Staff = '/api/v1/admin';
type Json<Content> = Content extends { content: { 'application/json': infer Body } } ? Body : never;

type AnswerOf<Path extends keyof paths, Status extends number = 200> = paths[Path] extends {
  get: { responses: infer Responses };
}
  ? Status extends keyof Responses
    ? Json<Responses[Status]>
    : never
  : never;
type RowOf<Path extends keyof paths> = AnswerOf<Path> extends { items: (infer Row)[] } ? Row : never;
type BodyOf<Path extends keyof paths> = paths[Path] extends { post: { requestBody?: infer Body } }
  ? Json<NonNullable<Body>>
  : never;

/** What a list is filtered by. */
export type QueryOf<Path extends keyof paths> = paths[Path] extends {
  get: { parameters: { query?: infer Query } };
}
  ? Query
  : never;

export type Me = AnswerOf<`${Staff}/me`>;
export type Permission = Me['permissions'][number];
export type Operator = RowOf<`${Staff}/operators`>;
export type Role = Operator['role'];
export type Session = RowOf<`${Staff}/sessions`>;
export type AuditEntry = RowOf<`${Staff}/audit-log`>;

export type OrderRow = RowOf<`${Staff}/orders`>;
export type Order = AnswerOf<`${Staff}/orders/{id}`>;
export type OrderStatus = Order['status'];
export type TimelineEvent = Order['timeline'][number];
export type NewShipment = BodyOf<`${Staff}/orders/{id}/shipment`>;
export type Payment = Order['payments'][number];
export type PaymentRow = RowOf<`${Staff}/payments`>;

export type RefundRow = RowOf<`${Staff}/refunds`>;
export type Refund = AnswerOf<`${Staff}/refunds/{id}`>;
export type RefundStatus = Refund['status'];
export type ElsewhereCard = BodyOf<`${Staff}/refunds/{id}/abnormal`>;

export type SuspenseRow = RowOf<`${Staff}/suspense`>;
export type SuspenseItem = AnswerOf<`${Staff}/suspense/{id}`>;

export type ReconciliationRow = RowOf<`${Staff}/reconciliations`>;
export type Reconciliation = AnswerOf<`${Staff}/reconciliations/{id}`>;
export type Difference = Reconciliation['differences'][number];

export type NotificationRow = RowOf<`${Staff}/notifications`>;
export type Notification = AnswerOf<`${Staff}/notifications/{id}`>;

/** It is one page always; of an answer the client leaves out what is only ever null. */
export type LedgerAccounts = Omit<AnswerOf<`${Staff}/ledger/accounts`>, 'nextCursor'>;
export type LedgerEntry = RowOf<`${Staff}/ledger/entries`>;

export type Coupon = RowOf<`${Staff}/coupons`>;
export type Buyer = RowOf<`${Staff}/buyers`>;
export type Printer = RowOf<`${Staff}/printers`>;
export type Effect = RowOf<`${Staff}/effects`>;
export type EffectDetail = AnswerOf<`${Staff}/effects/{id}`>;
export type Webhook = RowOf<`${Staff}/webhooks`>;
export type Delivery = RowOf<`${Staff}/webhooks/{id}/deliveries`>;
export type Jobs = AnswerOf<`${Staff}/jobs`>;
export type Job = Jobs['items'][number];

export type Stats = AnswerOf<`${Staff}/stats`>;
export type NewRefund = BodyOf<`${Staff}/orders/{id}/refunds`>;
export type NewCoupon = BodyOf<`${Staff}/coupons`>;
export type CouponChange = NonNullable<
  paths[`${Staff}/coupons/{id}`]['patch']['requestBody']
>['content']['application/json'];
export type Product = RowOf<`${Staff}/products`>;
export type Settings = AnswerOf<`${Staff}/settings`>;
