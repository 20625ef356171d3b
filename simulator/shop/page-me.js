import { app, forgetUser, openid } from './api.js';
import { clear } from './basket.js';
import { askForMessages } from './consent.js';
import { button, card, el, fact, quiet } from './dom.js';
import { t } from './lang.js';
import { messageWords } from './words.js';

export const title = () => t('我的', 'Me');

/** Who I am to WeChat, my coupons, and which messages the shop may send me. */
export async function show(page, params, go, bar) {
  const [{ items: coupons }, { items: messages }] = await Promise.all([
    app('GET', '/coupons'),
    app('GET', '/me/subscriptions'),
  ]);
  const again = () => show(page, params, go, bar);
  page.replaceChildren(
    el(
      'div',
      { className: 'profile' },
      el('div', { className: 'avatar', 'aria-hidden': 'true' }, t('我', 'I')),
      el('div', { className: 'grow' }, el('h2', {}, t('微信用户', 'WeChat user')), quiet(openid())),
    ),
    card(
      el('h2', {}, t('优惠券', 'Coupons')),
      ...coupons.map(({ code, name }) => fact(name, code, 'mono')),
      ...(coupons.length === 0 ? [quiet(t('没有可用的优惠券', 'None to use'))] : []),
    ),
    card(
      el('h2', {}, t('订阅消息', 'Messages')),
      ...messages.map(({ message, remaining, refused }) =>
        fact(
          messageWords(message),
          refused && remaining === 0
            ? t('已拒收', 'refused')
            : t(`剩余 ${remaining} 次`, `${remaining} left`),
        ),
      ),
      button(t('允许接收', 'Allow messages'), async () => {
        const names = messages.map(({ message }) => message);
        await askForMessages(names.slice(0, 3), { always: true });
        await again();
      }),
    ),
    button(
      t('换一个微信用户', 'Be another WeChat user'),
      async () => {
        forgetUser();
        clear();
        await go('home');
      },
      'wide',
    ),
  );
}
