import { app } from './api.js';
import { quantityOf, setQuantity } from './basket.js';
import { el, empty, price } from './dom.js';
import { t } from './lang.js';
import { picture } from './pictures.js';

export const title = () => t('云上小铺', 'Cloud Shop');

/** The catalogue. */
export async function show(page) {
  const { items } = await app('GET', '/products?limit=100');
  if (items.length === 0) page.replaceChildren(empty(t('还没有商品', 'Nothing on sale yet')));
  else
    page.replaceChildren(
      el(
        'div',
        { className: 'banner' },
        el('strong', {}, t('新客立减 5 元', '¥5 off your first order')),
        el('span', {}, t('结算时输入 WELCOME5', 'WELCOME5 at the checkout')),
      ),
      el('div', { className: 'grid' }, ...items.map(product)),
    );
}

function product(item) {
  const soldOut = item.stock === 0;
  return el(
    'article',
    { className: 'product' },
    picture(item),
    el(
      'div',
      { className: 'product-text' },
      el('h2', {}, item.name),
      el('p', { className: 'quiet two-lines' }, item.description),
      el(
        'div',
        { className: 'row' },
        price(item.priceFen),
        soldOut ? el('span', { className: 'tag' }, t('已售罄', 'Sold out')) : stepper(item),
      ),
      !soldOut && item.stock < 10
        ? el('p', { className: 'few' }, t(`仅剩 ${item.stock} 件`, `Only ${item.stock} left`))
        : null,
    ),
  );
}

/** − 2 +; the minus appears with the first. */
export function stepper(item, changed = () => undefined) {
  const box = el('div', { className: 'stepper' });
  const step = (sign, difference, label) => {
    const element = el('button', {
      type: 'button',
      textContent: sign,
      'aria-label': `${label} ${item.name}`,
    });
    element.addEventListener('click', () => {
      setQuantity(item.id, Math.min(quantityOf(item.id) + difference, item.stock));
      draw();
      changed();
    });
    return element;
  };
  const draw = () => {
    const quantity = quantityOf(item.id);
    const plus = step('+', 1, t('增加', 'Add'));
    plus.className = 'plus';
    plus.disabled = quantity >= item.stock;
    box.replaceChildren(
      ...(quantity > 0 ? [step('−', -1, t('减少', 'Remove')), el('span', {}, String(quantity))] : []),
      plus,
    );
  };
  draw();
  return box;
}
