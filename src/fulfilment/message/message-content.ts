import type { EntityManager } from 'typeorm';
import type { MessageSource, MessageTemplate } from '../../config/message-template.js';
import type { OrderEvent, ReconciliationEvent } from '../../jobs/event.js';
import { OrderItem } from '../../order/order-item.entity.js';
import { Order } from '../../order/order.entity.js';
import { ReconciliationDifference } from '../../reconcile/daily/difference.entity.js';
import { Reconciliation } from '../../reconcile/daily/reconciliation.entity.js';
import { Refund } from '../../refund/refund.entity.js';
import { keywordValue, type SourceValue } from './keyword-value.js';

/** What a message about this event can say. */
export type MessageFacts = Readonly<Partial<Record<MessageSource, SourceValue>>>;

const RESULTS: Partial<Record<OrderEvent['type'], string>> = {
  'refund.approved': '审核通过',
  'refund.rejected': '审核拒绝',
};

/** How goods without a carrier travel. */
const WAYS = { EXPRESS: '快递', SAME_CITY: '同城配送', VIRTUAL: '无需物流', PICKUP: '到店自提' } as const;

export async function readFacts(
  { type, at, orderId, refundId }: OrderEvent,
  manager: EntityManager,
): Promise<{ facts: MessageFacts; order: Order }> {
  const order = await manager.findOneByOrFail(Order, { id: orderId });
  const items = await manager.find(OrderItem, { where: { orderId }, order: { line: 'ASC' } });
  const refund = refundId === undefined ? null : await manager.findOneByOrFail(Refund, { id: refundId });
  const { shipment } = order;
  const facts: MessageFacts = {
    orderNo: { text: order.orderNo },
    refundNo: { text: refund?.refundNo ?? '' },
    items: { text: items.map(({ name }) => name).join('、') },
    amount: { fen: refund?.amountFen ?? order.payableFen },
    time: { at: new Date(at) },
    carrier: {
      text: shipment?.carrierName ?? shipment?.carrier ?? WAYS[shipment?.logisticsType ?? 'EXPRESS'],
    },
    trackingNo: { text: shipment?.trackingNo ?? '' },
    result: { text: RESULTS[type] ?? '' },
    note: { text: refund?.reviewNote ?? '' },
    reason: { text: refund?.reason ?? '' },
  };
  return { facts, order };
}

/** What staff are told of a day's comparison with WeChat's bills. */
export async function readReconciliation(
  { type, at, reconciliationId }: ReconciliationEvent,
  manager: EntityManager,
): Promise<MessageFacts> {
  const { date } = await manager.findOneByOrFail(Reconciliation, { id: reconciliationId });
  const open = await manager.countBy(ReconciliationDifference, { reconciliationId, status: 'OPEN' });
  return {
    day: { text: date },
    result: { text: type === 'reconciliation.failed' ? '对账失败' : '存在差异' },
    differences: { text: String(open) },
    time: { at: new Date(at) },
  };
}

/** `data` of the call: each keyword's value within WeChat's limits. */
export function messageData(
  { keywords }: MessageTemplate,
  facts: MessageFacts,
): Record<string, { value: string }> {
  return Object.fromEntries(
    keywords.map(({ name, kind, source }) => {
      const value = typeof source === 'object' ? { text: source.literal } : (facts[source] ?? { text: '' });
      return [name, { value: keywordValue(kind, value) }];
    }),
  );
}
