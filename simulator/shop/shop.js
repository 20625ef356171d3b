import { login, openid } from './api.js';
import { count } from './basket.js';
import { button, el, empty, toast } from './dom.js';
import { otherLanguage, switchLanguage, t } from './lang.js';
import * as cart from './page-cart.js';
import * as home from './page-home.js';
import * as me from './page-me.js';
import * as order from './page-order.js';
import * as orders from './page-orders.js';
import * as refund from './page-refund.js';
import * as result from './page-result.js';

/** Every page: `title()`, and `show(page, params, go)`, which may answer what stops it. */
const PAGES = { home, cart, orders, me, order, refund, result };
const TABS = {
  home: () => t('首页', 'Shop'),
  cart: () => t('购物车', 'Cart'),
  orders: () => t('订单', 'Orders'),
  me: () => t('我的', 'Me'),
};

const page = document.querySelector('#page');
const bar = document.querySelector('#bar');
const tabs = document.querySelector('#tabs');
const back = document.querySelector('#back');
const language = document.querySelector('#language');

/** Pages one came from; the last is what is shown. */
let trail = [{ name: 'home', params: {} }];
let stop = () => undefined;

/** To another page: a tab begins anew, `replace` leaves no way back to the present one. */
async function go(name, params = {}, { replace = false } = {}) {
  if (name in TABS) trail = [{ name, params }];
  else {
    const before = replace ? trail.slice(0, -1) : trail;
    // Back to a page of the same kind would look as if nothing had happened.
    trail = [...(before.at(-1).name === name ? before.slice(0, -1) : before), { name, params }];
  }
  await show();
}

async function show() {
  stop();
  stop = () => undefined;
  const { name, params } = trail.at(-1);
  document.querySelector('#title').textContent = PAGES[name].title();
  language.textContent = otherLanguage();
  back.hidden = trail.length === 1;
  back.ariaLabel = t('返回', 'Back');
  bar.hidden = true;
  bar.replaceChildren();
  showTabs(name);
  page.scrollTop = 0;
  try {
    if (!sessionStorage.getItem('token')) await login();
    stop = (await PAGES[name].show(page, params, go, bar)) ?? (() => undefined);
  } catch (error) {
    toast(error.message, true);
    page.replaceChildren(empty(error.message, button(t('重试', 'Try again'), show, 'main')));
  }
}

function showTabs(current) {
  tabs.hidden = !(current in TABS);
  tabs.replaceChildren(
    ...Object.entries(TABS).map(([name, label]) => {
      const things = name === 'cart' ? count() : 0;
      const tab = el(
        'button',
        { type: 'button', className: `tab tab-${name}` },
        label(),
        things > 0 ? el('span', { className: 'badge' }, String(things)) : null,
      );
      if (name === current) tab.setAttribute('aria-current', 'page');
      tab.addEventListener('click', () => void go(name));
      return tab;
    }),
  );
}

back.addEventListener('click', () => {
  trail = trail.slice(0, -1);
  void show();
});
language.addEventListener('click', () => {
  switchLanguage();
  void show();
});
document.addEventListener('basket', () => showTabs(trail.at(-1).name));

function tick() {
  document.querySelector('#time').textContent = new Date().toTimeString().slice(0, 5);
}
tick();
setInterval(tick, 10_000);
if (openid()) document.title = `${document.title} · ${openid().slice(-4)}`;
await show();
