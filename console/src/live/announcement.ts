import type { WordKey } from '../i18n/words.ts';

/** What the stream says of something that happened. */
export interface ShopEvent {
  type: string;
  id: string;
  at: string;
  orderId?: string;
  orderNo?: string;
  refundId?: string;
  suspenseId?: string;
  amountFen?: number;
}

/** What is worth interrupting a person for; the rest only refreshes what is on the screen. */
export function announcementOf(event: ShopEvent): { title: WordKey; to: string } | undefined {
  const order = event.orderId === undefined ? '/orders' : `/orders/${event.orderId}`;
  const refund = event.refundId === undefined ? '/refunds' : `/refunds/${event.refundId}`;
  switch (event.type) {
    case 'payment.succeeded':
      return { title: 'live.paid', to: order };
    case 'refund.requested':
      return { title: 'live.refundRequested', to: refund };
    case 'refund.abnormal':
    case 'refund.failed':
      return { title: 'live.refundStuck', to: refund };
    case 'suspense.opened':
      return {
        title: 'live.suspense',
        to: event.suspenseId === undefined ? '/suspense' : `/suspense/${event.suspenseId}`,
      };
    case 'reconciliation.differences':
      return { title: 'live.differences', to: '/reconciliation' };
    case 'reconciliation.failed':
      return { title: 'live.reconciliationFailed', to: '/reconciliation' };
    default:
      return undefined;
  }
}
