import { app, openid, wechat } from './api.js';
import { button, el, sheet } from './dom.js';
import { t } from './lang.js';
import { messageWords } from './words.js';

/**
 * wx.requestSubscribeMessage: WeChat asks its user, the mini-program reports the answer to the shop. WeChat lets a shop
 * ask for three at once, and only after a tap. Asked again only while there is nothing left and no refusal.
 */
export async function askForMessages(wanted, { always = false } = {}) {
  const { items } = await app('GET', '/me/subscriptions');
  const asked = items
    .filter(
      ({ message, remaining, refused }) =>
        wanted.includes(message) && (always || (remaining === 0 && !refused)),
    )
    .slice(0, 3);
  if (asked.length === 0) return;
  const answer = await sheet(t('订阅消息', 'Messages'), (end) => [
    el('h2', {}, t('「云上小铺」申请发送一次性消息', 'Cloud Shop wants to send you one message each')),
    el('ul', { className: 'asked' }, ...asked.map(({ message }) => el('li', {}, messageWords(message)))),
    el(
      'div',
      { className: 'two' },
      button(t('拒绝', 'Refuse'), async () => end('reject')),
      button(t('允许', 'Allow'), async () => end('accept'), 'main'),
    ),
  ]);
  if (answer === undefined) return;
  let answers = {};
  for (const { templateId } of asked)
    answers = {
      ...answers,
      ...(await wechat('/subscriptions', { openid: openid(), templateId, result: answer })),
    };
  await app('POST', '/me/subscriptions', answers);
}
