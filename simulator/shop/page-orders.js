import { app } from './api.js';
import { card, el, empty, price, quiet, time, button } from './dom.js';
import { t } from './lang.js';
import { picture } from './pictures.js';
import { orderWords } from './words.js';

export const title = () => t('我的订单', 'My orders');

const FOLLOW_MS = 3000;
const FILTERS = ['', 'PENDING_PAYMENT', 'PAID', 'SHIPPED', 'COMPLETED'];

/** The buyer's own orders, newest first; followed while the page is open. */
export async function show(page, params, go) {
  const read = async () => {
    const status = params.status ? `&status=${params.status}` : '';
    const { items } = await app('GET', `/orders?limit=50${status}`);
    page.replaceChildren(
      filters(params, read),
      ...items.map((order) => orderCard(order, go)),
      ...(items.length === 0
        ? [
            empty(
              t('还没有订单', 'No orders yet'),
              button(t('去逛逛', 'Go shopping'), () => go('home'), 'main'),
            ),
          ]
        : []),
    );
  };
  await read();
  const timer = setInterval(() => void read().catch(() => undefined), FOLLOW_MS);
  return () => clearInterval(timer);
}

function filters(params, read) {
  const chip = (status) => {
    const element = el(
      'button',
      { type: 'button', className: 'chip', 'aria-pressed': String((params.status ?? '') === status) },
      status === '' ? t('全部', 'All') : orderWords(status),
    );
    element.addEventListener('click', () => {
      params.status = status;
      void read();
    });
    return element;
  };
  return el('div', { className: 'chips' }, ...FILTERS.map(chip));
}

function orderCard(order, go) {
  const element = card(
    el(
      'div',
      { className: 'row' },
      quiet(time(order.createdAt)),
      el('span', { className: `state ${order.status}` }, orderWords(order.status)),
    ),
    ...order.items.map((item) =>
      el(
        'div',
        { className: 'line small' },
        picture(item),
        el('h2', { className: 'grow' }, item.name),
        quiet(`×${item.quantity}`),
      ),
    ),
    el(
      'div',
      { className: 'row' },
      order.refundStatus === 'NONE'
        ? el('span')
        : el(
            'span',
            { className: 'tag' },
            order.refundStatus === 'FULL' ? t('已全额退款', 'Refunded') : t('部分退款', 'Partly refunded'),
          ),
      price(order.payableFen),
    ),
  );
  element.classList.add('tappable');
  element.tabIndex = 0;
  element.setAttribute('role', 'button');
  const open = () => void go('order', { id: order.id });
  element.addEventListener('click', open);
  element.addEventListener('keydown', ({ key }) => key === 'Enter' && open());
  return element;
}
