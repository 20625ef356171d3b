import { app } from './api.js';
import { requestPayment } from './cashier.js';
import { button, el, price, quiet } from './dom.js';
import { t } from './lang.js';
import { orderWords } from './words.js';

export const title = () => t('支付结果', 'Payment');

/** How often, and how long, the shop is asked after the cashier said "ok". */
const POLL_MS = 1000;
const POLLS = 15;

const FACES = {
  asking: ['…', () => t('正在确认支付结果', 'Asking whether it is paid')],
  paid: ['✓', () => t('支付成功', 'Paid')],
  cancelled: ['!', () => t('已取消支付', 'Payment cancelled')],
  failed: ['×', () => t('支付失败', 'The payment failed')],
  pending: ['…', () => t('支付结果确认中', 'Not known yet')],
  closed: ['×', () => t('订单已关闭', 'The order is closed')],
};

const WORDS = {
  cancelled: () => t('订单为您保留，可在到期前继续支付。', 'The order waits; pay before it expires.'),
  failed: () => t('没有扣款。可以重新支付。', 'Nothing was taken. You may try again.'),
  pending: () =>
    t('如已付款请勿重复支付，稍后会自动更新。', 'If you have paid, do not pay again; this page follows.'),
  asking: () => t('请稍候，以微信支付的答复为准。', 'One moment: WeChat Pay’s word counts.'),
};

/** Opens the cashier, then asks the server for the truth: the callback of wx.requestPayment proves nothing. */
export async function show(page, params, go) {
  let gone = false;
  const paint = (face, order) => !gone && page.replaceChildren(...view(face, order, go, pay));
  const pay = async (order) => {
    const { payParams } = await app('POST', `/orders/${order.id}/payments`, { tradeType: 'JSAPI' });
    await run(order, payParams);
  };
  const run = async (order, payParams) => {
    paint('asking', order);
    const said = await requestPayment(payParams, order.payableFen);
    paint('asking', order);
    // Also after "cancel" and "fail": the money may have moved all the same.
    let current = await app('POST', `/orders/${order.id}/sync`);
    for (let polls = 0; said === 'ok' && isOpen(current) && polls < POLLS && !gone; polls += 1) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      current = await app('GET', `/orders/${order.id}`);
    }
    params.order = current;
    delete params.payParams;
    paint(faceOf(current, said), current);
  };
  if (params.payParams) void run(params.order, params.payParams).catch((error) => paintError(error));
  else paint(faceOf(params.order, 'cancel'), params.order);
  const paintError = (error) =>
    !gone && page.replaceChildren(...view('pending', params.order, go, pay), quiet(error.message));
  return () => (gone = true);
}

function isOpen({ status }) {
  return status === 'PENDING_PAYMENT';
}

function faceOf(order, said) {
  if (order.status === 'CLOSED') return 'closed';
  if (!isOpen(order)) return 'paid';
  return { ok: 'pending', cancel: 'cancelled', fail: 'failed' }[said];
}

function view(face, order, go, pay) {
  const [sign, words] = FACES[face];
  const toOrder = button(
    t('查看订单', 'See the order'),
    () => go('order', { id: order.id }, { replace: true }),
    'wide',
  );
  const again = button(t('继续支付', 'Pay now'), () => pay(order), 'main wide');
  return [
    el(
      'div',
      { className: `result ${face}`, 'data-result': face },
      el('div', { className: 'face', 'aria-hidden': 'true' }, sign),
      el('h2', {}, words()),
      price(face === 'paid' ? order.paidFen : order.payableFen, 'big'),
      quiet(WORDS[face]?.() ?? orderWords(order.status)),
      ...(face === 'cancelled' || face === 'failed' ? [again] : []),
      ...(face === 'asking' ? [] : [toOrder]),
      ...(face === 'paid' ? [button(t('继续逛逛', 'Go on shopping'), () => go('home'), 'wide')] : []),
    ),
  ];
}
