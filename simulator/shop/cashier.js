import { wechat } from './api.js';
import { both, button, el, yuan } from './dom.js';

/**
 * WeChat's cashier over the page, as wx.requestPayment opens it. Resolves to what the client callback would say:
 * "ok", "cancel" or "fail". It is a hint only: whether the order is paid the merchant must ask WeChat.
 */
export function requestPayment(payParams, amountFen) {
  const dialog = document.querySelector('#cashier');
  return new Promise((resolve) => {
    const end = (result) => {
      dialog.close();
      resolve(result);
    };
    const pay = async (result) => {
      await wechat('/pay', { payParams, result });
      end(result === 'SUCCESS' ? 'ok' : 'fail');
    };
    const payUnheard = async () => {
      await wechat('/faults', { path: 'notify', fault: 'dropNotify', count: 1 });
      await pay('SUCCESS');
    };
    const problem = el('p', { className: 'quiet' });
    problem.setAttribute('role', 'alert');
    const choice = (chinese, english, work, className) =>
      button(
        chinese,
        english,
        () => work().catch((error) => (problem.textContent = error.message)),
        className,
      );
    dialog.replaceChildren(
      el('h2', {}, ...both('微信支付', 'WeChat Pay')),
      el('p', { className: 'amount', textContent: yuan(amountFen) }),
      choice('支付', 'Pay', () => pay('SUCCESS'), 'main wide'),
      choice('支付，但通知丢失', 'Pay, lose the notification', payUnheard, 'wide'),
      choice('支付失败', 'Payment fails', () => pay('PAYERROR'), 'wide'),
      choice('取消', 'Cancel', async () => end('cancel'), 'wide'),
      problem,
    );
    dialog.oncancel = (event) => {
      event.preventDefault();
      end('cancel');
    };
    dialog.showModal();
  });
}
