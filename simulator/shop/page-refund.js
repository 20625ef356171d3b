import { app } from './api.js';
import { askForMessages } from './consent.js';
import { button, card, el, fact, price, quiet, toast } from './dom.js';
import { t } from './lang.js';
import { picture } from './pictures.js';

export const title = () => t('申请退款', 'Ask for a refund');

const REASONS = [
  ['不想要了', 'Changed my mind'],
  ['少发 / 漏发', 'Something is missing'],
  ['商品破损', 'It arrived broken'],
  ['与描述不符', 'Not as described'],
];

/** Which goods, or how much, and why. The shop decides; the server checks what is still refundable. */
export function show(page, { order, refundable }, go, bar) {
  const chosen = new Map();
  const amount = el('input', {
    type: 'text',
    inputMode: 'decimal',
    value: yuanText(refundable),
    'aria-label': t('退款金额（元）', 'Amount (yuan)'),
  });
  const reason = el('input', {
    maxLength: 200,
    value: t(...REASONS[0]),
    'aria-label': t('退款原因', 'Reason'),
  });
  const pictures = el('input', {
    type: 'file',
    accept: 'image/jpeg,image/png,image/webp',
    multiple: true,
    'aria-label': t('凭证图片（最多 6 张）', 'Pictures (at most 6)'),
  });
  const chips = REASONS.map((words) => {
    const chip = el('button', { type: 'button', className: 'chip' }, t(...words));
    chip.addEventListener('click', () => (reason.value = t(...words)));
    return chip;
  });
  const fill = () => {
    const fen = [...chosen].reduce((sum, [line, quantity]) => sum + share(order.items[line], quantity), 0);
    amount.value = yuanText(chosen.size === 0 ? refundable : Math.min(fen, refundable));
  };
  page.replaceChildren(
    card(
      quiet(t('选择退回的商品（可不选，直接填金额）', 'Choose what comes back, or just say how much')),
      ...order.items.map((item, line) => itemLine(item, line, chosen, fill)),
    ),
    card(
      fact(t('最多可退', 'At most'), price(refundable)),
      el('label', { className: 'fact' }, el('span', {}, t('退款金额 ¥', 'Amount ¥')), amount),
      el('label', { className: 'fact' }, el('span', {}, t('原因', 'Reason')), reason),
      el('div', { className: 'chips' }, ...chips),
      el('label', { className: 'fact' }, el('span', {}, t('凭证（选填）', 'Pictures (optional)')), pictures),
    ),
  );
  bar.hidden = false;
  bar.replaceChildren(
    el('span'),
    button(
      t('提交申请', 'Send'),
      async () => {
        const amountFen = fenOf(amount.value);
        if (amountFen === undefined || amountFen < 1 || amountFen > refundable)
          return toast(t('请填写可退范围内的金额', 'Enter an amount that can be refunded'), true);
        if (reason.value.trim() === '') return toast(t('请填写原因', 'Say why'), true);
        await askForMessages(['REFUND_DECIDED', 'REFUND_RETURNED']);
        const items = [...chosen].map(([line, quantity]) => ({
          productId: order.items[line].productId,
          quantity,
        }));
        const refund = await app('POST', `/orders/${order.id}/refunds`, {
          amountFen,
          reason: reason.value.trim(),
          expectedRefundableFen: refundable,
          ...(items.length > 0 && { items }),
        });
        const sent = await Promise.allSettled(
          [...pictures.files].slice(0, 6).map((file) => app('POST', `/refunds/${refund.id}/pictures`, file)),
        );
        const lost = sent.some(({ status }) => status === 'rejected');
        if (lost) toast(t('已提交，但有图片没有传上', 'Sent, but not every picture'), true);
        else toast(t('已提交，等待商家审核', 'Sent; the shop decides'));
        await go('order', { id: order.id }, { replace: true });
      },
      'main',
    ),
  );
}

function itemLine(item, line, chosen, changed) {
  const select = el('select', { 'aria-label': `${t('退回数量', 'Quantity')} ${item.name}` });
  for (let quantity = 0; quantity <= item.quantity; quantity += 1)
    select.append(el('option', { value: String(quantity) }, `×${quantity}`));
  select.addEventListener('change', () => {
    if (select.value === '0') chosen.delete(line);
    else chosen.set(line, Number(select.value));
    changed();
  });
  return el(
    'div',
    { className: 'line small' },
    picture(item),
    el('h2', { className: 'grow' }, item.name),
    select,
  );
}

/** What these pieces of the line were paid with; whole fen, rounded down as the server does. */
function share({ payableFen, quantity }, pieces) {
  return Math.floor((payableFen * pieces) / quantity);
}

function yuanText(fen) {
  const digits = String(fen).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** `19.9` yuan in fen, by digits; undefined when it is no amount. */
function fenOf(text) {
  const [, whole, decimals = ''] = /^(\d{1,8})(?:\.(\d{0,2}))?$/.exec(text.trim()) ?? [];
  return whole === undefined ? undefined : Number(whole + decimals.padEnd(2, '0'));
}
