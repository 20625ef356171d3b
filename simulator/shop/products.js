import { app } from './api.js';
import { button, el, yuan } from './dom.js';

/** What is in the basket: product id to quantity. */
const basket = new Map();

/** The catalogue and the basket; `checkout` gets the items. */
export async function showProducts(page, checkout) {
  const { items } = await app('GET', '/products');
  const total = el('span', { className: 'price' });
  const sum = () => items.reduce((fen, item) => fen + item.priceFen * (basket.get(item.id) ?? 0), 0);
  const buy = button('结算', 'Check out', () => buyAll(checkout), 'main');
  const update = () => {
    total.textContent = yuan(sum());
    buy.disabled = sum() === 0;
  };
  page.replaceChildren(
    ...items.map((item) => productCard(item, update)),
    el('div', { className: 'card row' }, total, buy),
  );
  if (items.length === 0)
    page.prepend(el('p', { className: 'quiet', textContent: '还没有商品 No products yet' }));
  update();
}

async function buyAll(checkout) {
  const items = [...basket].filter(([, quantity]) => quantity > 0);
  await checkout(items.map(([productId, quantity]) => ({ productId, quantity })));
  basket.clear();
}

function productCard(item, changed) {
  const count = el('span', { textContent: basket.get(item.id) ?? 0 });
  const add = (difference) => {
    const quantity = Math.min(Math.max((basket.get(item.id) ?? 0) + difference, 0), item.stock ?? 99);
    basket.set(item.id, quantity);
    count.textContent = quantity;
    changed();
  };
  const step = (sign, difference, label) => {
    const element = el('button', { type: 'button', textContent: sign, ariaLabel: `${label} ${item.name}` });
    element.addEventListener('click', () => add(difference));
    return element;
  };
  return el(
    'section',
    { className: 'card row' },
    el(
      'div',
      {},
      el('h2', { textContent: item.name }),
      el('p', { className: 'quiet', textContent: item.description ?? '' }),
      el('p', { className: 'price', textContent: yuan(item.priceFen) }),
      ...(item.stock === 0 ? [el('p', { className: 'quiet', textContent: '已售罄 Sold out' })] : []),
    ),
    el('div', { className: 'count' }, step('−', -1, '减少'), count, step('+', 1, '增加')),
  );
}
