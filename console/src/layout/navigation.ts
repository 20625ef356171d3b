import type { Permission } from '../api/types.ts';
import type { WordKey } from '../i18n/words.ts';

export interface NavItem {
  to: string;
  label: WordKey;
  needs: Permission;
}

/** What the navigation shows, to whom. */
export const NAVIGATION: readonly { label?: WordKey; items: readonly NavItem[] }[] = [
  { items: [{ to: '/', label: 'nav.overview', needs: 'self' }] },
  {
    label: 'nav.trade',
    items: [
      { to: '/orders', label: 'nav.orders', needs: 'orders.read' },
      { to: '/refunds', label: 'nav.refunds', needs: 'refunds.read' },
      { to: '/members', label: 'nav.members', needs: 'buyers.read' },
      { to: '/products', label: 'nav.products', needs: 'products.read' },
      { to: '/coupons', label: 'nav.coupons', needs: 'coupons.read' },
    ],
  },
  {
    label: 'nav.money',
    items: [
      { to: '/payments', label: 'nav.payments', needs: 'payments.read' },
      { to: '/suspense', label: 'nav.suspense', needs: 'suspense.read' },
      { to: '/reconciliation', label: 'nav.reconciliation', needs: 'reconciliation.read' },
      { to: '/ledger', label: 'nav.ledger', needs: 'ledger.read' },
    ],
  },
  {
    label: 'nav.links',
    items: [
      { to: '/notifications', label: 'nav.notifications', needs: 'notifications.read' },
      { to: '/messages', label: 'nav.messages', needs: 'effects.read' },
      { to: '/printers', label: 'nav.printers', needs: 'printers.read' },
      { to: '/webhooks', label: 'nav.webhooks', needs: 'webhooks.read' },
      { to: '/jobs', label: 'nav.jobs', needs: 'jobs.read' },
    ],
  },
  {
    label: 'nav.house',
    items: [
      { to: '/staff', label: 'nav.staff', needs: 'operators.manage' },
      { to: '/audit', label: 'nav.audit', needs: 'audit.read' },
      { to: '/settings', label: 'nav.settings', needs: 'settings.read' },
    ],
  },
];
