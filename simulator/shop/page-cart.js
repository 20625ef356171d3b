import { app } from './api.js';
import { clear, items as basketItems, quantityOf } from './basket.js';
import { button, card, el, empty, fact, price, quiet, toast } from './dom.js';
import { t } from './lang.js';
import { stepper } from './page-home.js';
import { picture } from './pictures.js';
import { askForMessages } from './consent.js';

export const title = () => t('购物车', 'Cart');

const ADDRESS = {
  name: '陈晓明',
  phone: '13800138000',
  province: '广东省',
  city: '深圳市',
  district: '南山区',
  detail: '科技中一路 1 号',
};

/** The cart is also the checkout: goods, address, coupon, what it comes to. */
export async function show(page, params, go, bar) {
  const [{ items: products }, { items: coupons }] = await Promise.all([
    app('GET', '/products?limit=100'),
    app('GET', '/coupons'),
  ]);
  const chosen = products.filter(({ id }) => quantityOf(id) > 0);
  if (chosen.length === 0) {
    const toShop = button(t('去逛逛', 'Go shopping'), () => go('home'), 'main');
    page.replaceChildren(empty(t('购物车是空的', 'Your cart is empty'), toShop));
    return;
  }
  const again = () => show(page, params, go, bar);
  const total = chosen.reduce((sum, { id, priceFen }) => sum + priceFen * quantityOf(id), 0);
  const coupon = couponField(
    coupons,
    total,
    (code) => {
      params.coupon = code;
      void again();
    },
    params.coupon,
  );
  const off = discount(coupons, total, params.coupon);
  page.replaceChildren(
    card(
      el('p', { className: 'receiver' }, `${ADDRESS.name}  ${ADDRESS.phone}`),
      quiet(`${ADDRESS.province}${ADDRESS.city}${ADDRESS.district}${ADDRESS.detail}`),
    ),
    card(...chosen.map((item) => line(item, again))),
    card(
      coupon,
      fact(t('商品金额', 'Goods'), price(total)),
      ...(off > 0
        ? [fact(t('优惠（预计）', 'Discount (expected)'), el('span', { className: 'red' }, '−', price(off)))]
        : []),
      fact(t('运费', 'Delivery'), t('包邮', 'free')),
    ),
    quiet(t('价格与优惠以服务器为准。', 'The server decides what it costs.')),
  );
  bar.hidden = false;
  bar.replaceChildren(
    el('span', {}, t('合计 ', 'Total '), price(total - off, 'big')),
    button(t('提交订单', 'Order and pay'), () => order(params, go), 'main'),
  );
}

/** One tap: the messages one may send, then order and prepay in one call, then WeChat's cashier. */
async function order(params, go) {
  await askForMessages(['ORDER_PAID', 'ORDER_SHIPPED', 'REFUND_DECIDED']);
  const { order: placed, payParams } = await app('POST', '/checkout', {
    items: basketItems(),
    address: ADDRESS,
    ...(params.coupon && { couponCode: params.coupon }),
  });
  clear();
  await go('result', { order: placed, payParams });
}

function line(item, changed) {
  return el(
    'div',
    { className: 'line' },
    picture(item),
    el('div', { className: 'grow' }, el('h2', {}, item.name), price(item.priceFen)),
    stepper(item, changed),
  );
}

function couponField(coupons, total, use, current) {
  const select = el('select', { 'aria-label': t('优惠券', 'Coupon') });
  select.append(
    el('option', { value: '' }, t('不使用优惠券', 'No coupon')),
    ...coupons.map(({ code, name, minTotalFen }) =>
      el('option', { value: code, disabled: total < minTotalFen }, `${code} ${name}`),
    ),
    el('option', { value: '?' }, t('输入优惠码…', 'Enter a code…')),
  );
  if (current && !coupons.some(({ code }) => code === current))
    select.append(el('option', { value: current }, current));
  select.value = current ?? '';
  select.addEventListener('change', () => {
    if (select.value !== '?') return use(select.value || undefined);
    const input = el('input', { placeholder: 'WELCOME5', 'aria-label': t('优惠码', 'Code') });
    const set = button(t('使用', 'Use'), async () => {
      if (input.value.trim() === '') toast(t('请输入优惠码', 'Enter a code'), true);
      else use(input.value.trim().toUpperCase());
    });
    select.replaceWith(el('div', { className: 'row' }, input, set));
    input.focus();
  });
  return el('div', { className: 'fact' }, el('span', {}, t('优惠券', 'Coupon')), select);
}

/** What the coupon should take off; a foretaste, the server calculates. */
function discount(coupons, total, code) {
  const coupon = coupons.find((each) => each.code === code);
  if (!coupon || total < coupon.minTotalFen) return 0;
  const wanted =
    coupon.amountFen ??
    Math.min(Math.floor((total * coupon.percentOff) / 100), coupon.maxDiscountFen ?? total);
  return Math.max(Math.min(wanted, total - 1), 0);
}
