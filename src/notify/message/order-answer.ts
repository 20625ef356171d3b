import type { EntityManager } from 'typeorm';
import { Buyer } from '../../buyer/buyer.entity.js';
import { toBeijingIso } from '../../common/time/beijing-time.js';
import { yuan } from '../../common/yuan.js';
import { Order } from '../../order/order.entity.js';
import type { OrderStatus } from '../../order/order.status.js';

const ORDER_NUMBER = /^\s*(?:查单|订单|查询)?[\s:：#]*(\d{24})\s*$/;

const HELP = '您好！发送“查单 订单号”（24位数字，见订单详情）即可查询订单状态。';
/** Said also of other people's orders: whether they exist is nobody's business. */
const NOT_FOUND = '没有找到这个订单，请核对订单号。只能查询您本人的订单。';

const STATES: Record<OrderStatus, string> = {
  PENDING_PAYMENT: '待付款',
  PAID: '已付款，等待发货',
  SHIPPED: '已发货，等待收货',
  COMPLETED: '已完成',
  CLOSED: '已关闭',
};

/**
 * The answer to what a user writes: the state of his own order, or what he may ask.
 * @param openid of the user, valid under one of `appIds`
 */
export async function answerText(
  manager: EntityManager,
  content: string,
  openid: string,
  appIds: readonly string[],
): Promise<{ text: string; orderId?: string }> {
  const orderNo = ORDER_NUMBER.exec(content)?.[1];
  if (orderNo === undefined) return { text: HELP };
  const order = await manager
    .createQueryBuilder(Order, 'o')
    .innerJoin(Buyer, 'b', 'b.id = o.buyerId')
    .where('o.orderNo = :orderNo AND b.appId IN (:...appIds) AND b.openid = :openid', {
      orderNo,
      appIds,
      openid,
    })
    .getOne();
  return order === null ? { text: NOT_FOUND } : { text: describe(order), orderId: order.id };
}

function describe({ orderNo, status, payableFen, paidFen, refundedFen, createdAt }: Order): string {
  const lines = [
    `订单 ${orderNo}`,
    `状态：${STATES[status]}`,
    `金额：${yuan(payableFen)}`,
    `下单时间：${toBeijingIso(createdAt).slice(0, 16).replace('T', ' ')}`,
  ];
  if (refundedFen > 0)
    lines.push(`已退款：${yuan(refundedFen)}${refundedFen === paidFen ? '（全额）' : '（部分）'}`);
  return lines.join('\n');
}
