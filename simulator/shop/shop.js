import { app, forgetUser, isLoggedIn, login } from './api.js';
import { button, el, say } from './dom.js';
import { payAndFollow, showOrders } from './orders.js';
import { showProducts } from './products.js';

const page = document.querySelector('#page');
const tabs = document.querySelector('#tabs');

async function checkout(items) {
  const { order, payParams } = await app('POST', '/checkout', { items });
  await payAndFollow(order, payParams);
  await show('orders');
}

async function show(name) {
  tabs.hidden = !isLoggedIn();
  for (const tab of tabs.children) {
    if (tab.dataset.page === name) tab.setAttribute('aria-current', 'page');
    else tab.removeAttribute('aria-current');
  }
  showUser();
  try {
    if (!isLoggedIn()) showLogin();
    else if (name === 'orders') await showOrders(page);
    else await showProducts(page, checkout);
  } catch (error) {
    say(error.message, true);
    if (!isLoggedIn()) showLogin();
    else page.replaceChildren(button('重试', 'Try again', () => show(name), 'wide'));
  }
}

function showLogin() {
  tabs.hidden = true;
  const start = async () => {
    await login();
    await show('products');
  };
  page.replaceChildren(button('微信登录', 'Log in with WeChat', start, 'main wide'));
}

function showUser() {
  const user = document.querySelector('#user');
  if (!isLoggedIn()) {
    user.replaceChildren();
    return;
  }
  const change = button('换用户', 'Another user', async () => {
    forgetUser();
    await show('products');
  });
  user.replaceChildren(el('span', { textContent: `openid ${localStorage.getItem('openid')} ` }), change);
}

for (const tab of tabs.children) tab.addEventListener('click', () => void show(tab.dataset.page));
await show('products');
