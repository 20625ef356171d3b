import { wechat } from './api.js';
import { button, el, price, quiet, sheet } from './dom.js';
import { t } from './lang.js';

/**
 * WeChat's cashier over the page, as wx.requestPayment opens it. Resolves to what the client callback would say:
 * "ok", "cancel" or "fail". It is a hint only: whether the order is paid the merchant must ask WeChat.
 */
export async function requestPayment(payParams, amountFen) {
  const problem = el('p', { className: 'red', role: 'alert' });
  const result = await sheet(t('微信支付', 'WeChat Pay'), (end) => {
    const pay = async (outcome) => {
      await wechat('/pay', { payParams, result: outcome });
      end(outcome === 'SUCCESS' ? 'ok' : 'fail');
    };
    const payUnheard = async () => {
      await wechat('/faults', [{ path: 'notify', fault: 'dropNotify', count: 1 }]);
      await pay('SUCCESS');
    };
    const choice = (label, work, className) =>
      button(label, () => work().catch((error) => (problem.textContent = error.message)), className);
    return [
      el('p', { className: 'payee' }, t('云上小铺', 'Cloud Shop')),
      el('p', { className: 'amount' }, price(amountFen, 'huge')),
      el(
        'div',
        { className: 'fact' },
        el('span', {}, t('付款方式', 'Pay with')),
        el('span', { className: 'method' }, t('零钱（模拟）', 'Balance (simulated)')),
      ),
      choice(t('确认支付', 'Pay'), () => pay('SUCCESS'), 'main wide'),
      el(
        'div',
        { className: 'lab' },
        quiet(t('模拟器：还可以发生什么', 'Simulator: what else may happen')),
        choice(t('支付成功，但通知丢失', 'Paid, but the notification is lost'), payUnheard, 'wide'),
        choice(t('支付失败', 'The payment fails'), () => pay('PAYERROR'), 'wide'),
        choice(t('取消支付', 'Cancel'), async () => end('cancel'), 'wide'),
      ),
      problem,
    ];
  });
  return result ?? 'cancel';
}
