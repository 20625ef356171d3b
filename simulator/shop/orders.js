import { app } from './api.js';
import { requestPayment } from './cashier.js';
import { both, button, el, say, yuan } from './dom.js';

const STATUS = {
  PENDING_PAYMENT: ['待支付', 'Pending payment'],
  PAID: ['已支付', 'Paid'],
  SHIPPED: ['已发货', 'Shipped'],
  COMPLETED: ['已完成', 'Completed'],
  CLOSED: ['已关闭', 'Closed'],
};

/** How often and how long the client asks for the true state after the cashier closed. */
const POLL_MS = 1000;
const POLLS = 10;

/** The buyer's own orders, newest first as the app lists them. */
export async function showOrders(page) {
  const { items } = await app('GET', '/orders');
  page.replaceChildren(...items.map((order) => orderCard(order, () => showOrders(page))));
  if (items.length === 0)
    page.append(el('p', { className: 'quiet', textContent: '还没有订单 No orders yet' }));
}

/** Cashier, then the truth: the callback of wx.requestPayment proves nothing. */
export async function payAndFollow(order, payParams) {
  const result = await requestPayment(payParams, order.payableFen);
  if (result !== 'ok') {
    say(result === 'cancel' ? '已取消支付 Payment cancelled' : '支付失败 Payment failed', result === 'fail');
    return;
  }
  say('正在确认支付结果… Asking whether it is paid…');
  let current = await app('POST', `/orders/${order.id}/sync`);
  for (let polls = 0; current.status === 'PENDING_PAYMENT' && polls < POLLS; polls += 1) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    current = await app('GET', `/orders/${order.id}`);
  }
  const [chinese, english] = STATUS[current.status] ?? [current.status, ''];
  say(`订单${chinese} Order: ${english}`);
}

function orderCard(order, refresh) {
  const actions = el('div', { className: 'buttons' });
  if (order.status === 'PENDING_PAYMENT') {
    const again = async () => {
      const { payParams } = await app('POST', `/orders/${order.id}/payments`, { tradeType: 'JSAPI' });
      await payAndFollow(order, payParams);
      await refresh();
    };
    const cancel = async () => {
      await app('POST', `/orders/${order.id}/cancel`);
      await refresh();
    };
    actions.append(button('去支付', 'Pay', again, 'main'), button('取消订单', 'Cancel order', cancel));
  }
  const label = STATUS[order.status] ?? [order.status, ''];
  return el(
    'section',
    { className: 'card' },
    el(
      'div',
      { className: 'row' },
      el('h2', {}, ...both(...label)),
      el('span', { className: 'price', textContent: yuan(order.payableFen) }),
    ),
    ...order.items.map((item) => el('p', { textContent: `${item.name} × ${item.quantity}` })),
    el('p', { className: 'quiet', textContent: order.orderNo }),
    actions,
  );
}
