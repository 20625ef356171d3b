import { app } from './api.js';
import { button, card, el, fact, price, quiet, time, toast } from './dom.js';
import { t } from './lang.js';
import { picture } from './pictures.js';
import { OPEN_REFUNDS, orderWords, refundWords } from './words.js';

export const title = () => t('订单详情', 'Order');

const FOLLOW_MS = 2000;
const STEPS = ['PENDING_PAYMENT', 'PAID', 'SHIPPED', 'COMPLETED'];

/** One order as it stands, with its refunds; followed while the page is open. */
export async function show(page, { id }, go, bar) {
  let drawn = '';
  const read = async () => {
    const [order, { items: refunds }] = await Promise.all([
      app('GET', `/orders/${id}`),
      app('GET', `/orders/${id}/refunds`),
    ]);
    const now = JSON.stringify([order, refunds]);
    if (now === drawn) return;
    drawn = now;
    page.replaceChildren(...view(order, refunds, go, read));
    showActions(bar, actions(order, refunds, go, read));
  };
  await read();
  const timer = setInterval(() => void read().catch(() => undefined), FOLLOW_MS);
  return () => clearInterval(timer);
}

function view(order, refunds, go, read) {
  return [
    el(
      'div',
      { className: `hero ${order.status}`, 'data-status': order.status },
      el('h2', {}, order.closing ? t('正在取消…', 'Being cancelled…') : orderWords(order.status)),
      quiet(hint(order)),
      order.status === 'CLOSED' ? null : progress(order.status),
    ),
    ...(order.shipment ? [shipmentCard(order.shipment)] : []),
    ...refunds.map((refund) => refundCard(refund, read)),
    card(
      ...order.items.map((item) =>
        el(
          'div',
          { className: 'line' },
          picture(item),
          el('div', { className: 'grow' }, el('h2', {}, item.name), quiet(`×${item.quantity}`)),
          price(item.unitPriceFen * item.quantity),
        ),
      ),
      ...(order.discountFen > 0
        ? [
            fact(
              `${t('优惠', 'Discount')} ${order.couponCode ?? ''}`,
              el('span', { className: 'red' }, '−', price(order.discountFen)),
            ),
          ]
        : []),
      fact(t('应付', 'To pay'), price(order.payableFen)),
      ...(order.paidFen > 0 ? [fact(t('实付', 'Paid'), price(order.paidFen))] : []),
      ...(order.refundedFen > 0 ? [fact(t('已退', 'Refunded'), price(order.refundedFen))] : []),
    ),
    card(
      fact(t('订单号', 'Order no'), order.orderNo, 'mono'),
      fact(t('下单时间', 'Ordered'), time(order.createdAt)),
      ...(order.paidAt ? [fact(t('付款时间', 'Paid at'), time(order.paidAt))] : []),
      ...(order.address
        ? [fact(t('收货人', 'Receiver'), `${order.address.name} ${order.address.phone}`)]
        : []),
    ),
  ];
}

function hint(order) {
  const words = {
    PENDING_PAYMENT: t(`请在 ${time(order.expiresAt)} 前付款`, `Pay before ${time(order.expiresAt)}`),
    PAID: t('商家正在准备发货', 'The shop is packing it'),
    SHIPPED: t('请留意查收', 'Look out for it'),
    COMPLETED: t('交易已完成', 'All done'),
    CLOSED: t('订单已关闭，库存与优惠券已退回', 'Stock and coupon were given back'),
  };
  return words[order.status] ?? '';
}

function progress(status) {
  const reached = STEPS.indexOf(status);
  return el(
    'ol',
    { className: 'progress' },
    ...STEPS.map((step, index) =>
      el(
        'li',
        { className: index <= reached ? 'done' : '' },
        index === 0 ? t('下单', 'Ordered') : orderWords(step),
      ),
    ),
  );
}

function shipmentCard({ parcels, shippedAt, receivedAt }) {
  return card(
    el('h2', {}, t('物流', 'Delivery')),
    ...parcels.map(({ carrierName, carrier, trackingNo, itemDesc }) =>
      fact(carrierName ?? carrier ?? t('无需物流', 'No carrier'), trackingNo ?? itemDesc, 'mono'),
    ),
    fact(t('发货时间', 'Shipped'), time(shippedAt)),
    ...(receivedAt ? [fact(t('收货时间', 'Received'), time(receivedAt))] : []),
  );
}

function refundCard(refund, read) {
  const steps = [
    [t('提交申请', 'Asked'), refund.createdAt],
    [
      refund.status === 'REJECTED' ? t('商家拒绝', 'Refused') : t('商家审核', 'Shop decides'),
      refund.reviewedAt,
    ],
    [t('退款到账', 'Money back'), refund.succeededAt],
  ];
  return el(
    'section',
    { className: 'card refund', 'data-refund': refund.status },
    el('div', { className: 'row' }, el('h2', {}, refundWords(refund.status)), price(refund.amountFen)),
    el(
      'ol',
      { className: 'progress dated' },
      ...steps.map(([words, at]) =>
        el('li', { className: at ? 'done' : '' }, words, el('small', {}, at ? time(at).slice(5) : '')),
      ),
    ),
    fact(t('原因', 'Reason'), refund.reason),
    ...(refund.reviewNote ? [fact(t('商家说明', 'The shop says'), refund.reviewNote)] : []),
    ...(refund.status === 'REQUESTED' && refund.requestedBy.kind === 'buyer'
      ? [
          button(t('撤回申请', 'Withdraw'), async () => {
            await app('POST', `/refunds/${refund.id}/withdraw`);
            await read();
          }),
        ]
      : []),
  );
}

function actions(order, refunds, go, read) {
  const again = async () => {
    const { payParams } = await app('POST', `/orders/${order.id}/payments`, { tradeType: 'JSAPI' });
    await go('result', { order, payParams });
  };
  const post = (path, words) => async () => {
    await app('POST', `/orders/${order.id}/${path}`);
    toast(words);
    await read();
  };
  if (order.status === 'PENDING_PAYMENT')
    return [
      button(t('取消订单', 'Cancel'), post('cancel', t('已取消', 'Cancelled'))),
      button(t('去支付', 'Pay'), again, 'main'),
    ];
  if (order.status === 'CLOSED') return [];
  const held = refunds
    .filter(({ status }) => OPEN_REFUNDS.has(status))
    .reduce((sum, each) => sum + each.amountFen, 0);
  const refundable = order.paidFen - order.refundedFen - held;
  return [
    ...(refundable > 0
      ? [button(t('申请退款', 'Ask for a refund'), () => go('refund', { order, refundable }))]
      : []),
    ...(order.status === 'SHIPPED'
      ? [button(t('确认收货', 'Received'), post('receipt', t('已确认收货', 'Thank you')), 'main')]
      : []),
  ];
}

function showActions(bar, buttons) {
  bar.hidden = buttons.length === 0;
  bar.replaceChildren(el('span'), el('div', { className: 'buttons' }, ...buttons));
}
