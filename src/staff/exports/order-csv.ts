import { toBeijingIso } from '../../common/time/beijing-time.js';
import type { OrderItem } from '../../order/order-item.entity.js';
import type { Order } from '../../order/order.entity.js';
import type { Payment } from '../../payment/payment.entity.js';
import type { Column } from './csv.js';
import { ORDER_WORDS } from './state-words.js';

export interface OrderLine {
  order: Order;
  items: readonly OrderItem[];
  /** The attempt that paid it. */
  payment: Payment | undefined;
}

export const ORDER_COLUMNS: readonly Column<OrderLine>[] = [
  { head: { zh: '订单号', en: 'order no' }, cell: ({ order }) => order.orderNo },
  { head: { zh: '状态', en: 'status' }, cell: ({ order }, language) => ORDER_WORDS[order.status][language] },
  {
    head: { zh: '商品', en: 'items' },
    cell: ({ items }) => items.map(({ name, quantity }) => `${name} ×${quantity}`).join('; '),
  },
  { head: { zh: '商品金额（元）', en: 'total (yuan)' }, cell: ({ order }) => ({ fen: order.totalFen }) },
  { head: { zh: '优惠（元）', en: 'discount (yuan)' }, cell: ({ order }) => ({ fen: order.discountFen }) },
  { head: { zh: '应付（元）', en: 'payable (yuan)' }, cell: ({ order }) => ({ fen: order.payableFen }) },
  { head: { zh: '实付（元）', en: 'paid (yuan)' }, cell: ({ order }) => ({ fen: order.paidFen }) },
  { head: { zh: '已退（元）', en: 'refunded (yuan)' }, cell: ({ order }) => ({ fen: order.refundedFen }) },
  { head: { zh: '下单时间', en: 'ordered at' }, cell: ({ order }) => time(order.createdAt) },
  { head: { zh: '付款时间', en: 'paid at' }, cell: ({ order }) => time(order.paidAt) },
  { head: { zh: '关闭时间', en: 'closed at' }, cell: ({ order }) => time(order.closedAt) },
  { head: { zh: '支付方式', en: 'trade type' }, cell: ({ payment }) => payment?.tradeType ?? '' },
  { head: { zh: '商户账户', en: 'merchant account' }, cell: ({ payment }) => payment?.accountId ?? '' },
  { head: { zh: '商户单号', en: 'out_trade_no' }, cell: ({ payment }) => payment?.outTradeNo ?? '' },
  {
    head: { zh: '微信支付单号', en: 'transaction id' },
    cell: ({ payment }) => payment?.transactionId ?? '',
  },
  { head: { zh: '收货人', en: 'receiver' }, cell: ({ order }) => order.address?.name ?? '' },
  { head: { zh: '电话', en: 'phone' }, cell: ({ order }) => order.address?.phone ?? '' },
  {
    head: { zh: '地址', en: 'address' },
    cell: ({ order: { address } }) =>
      address ? [address.province, address.city, address.district, address.detail].join('') : '',
  },
  { head: { zh: '物流单号', en: 'tracking no' }, cell: ({ order }) => order.shipment?.trackingNo ?? '' },
];

/** Without the T and the offset, which spreadsheets do not read as a time; it is China's. */
export function time(at: Date | null): string {
  return at === null ? '' : toBeijingIso(at).slice(0, 19).replace('T', ' ');
}
