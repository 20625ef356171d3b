import type { ComponentType } from 'react';
import { createBrowserRouter, Navigate, type RouteObject } from 'react-router';
import { Shell } from './layout/shell.tsx';
import { CrashView } from './layout/crash-view.tsx';
import { LoginPage } from './pages/login/login-page.tsx';
import { Root } from './root.tsx';

type Page = () => Promise<{ default: ComponentType }>;

interface PageRoute {
  path: string;
  page: Page;
}

/** Every page behind the login, each in a file of its own that loads when somebody goes there. */
const PAGES: readonly PageRoute[] = [
  { path: '/', page: () => import('./pages/overview/overview-page.tsx') },
  { path: '/orders', page: () => import('./pages/orders/orders-page.tsx') },
  { path: '/orders/:id', page: () => import('./pages/orders/order-page.tsx') },
  { path: '/payments', page: () => import('./pages/payments/payments-page.tsx') },
  { path: '/refunds', page: () => import('./pages/refunds/refunds-page.tsx') },
  { path: '/refunds/:id', page: () => import('./pages/refunds/refund-page.tsx') },
  { path: '/suspense', page: () => import('./pages/suspense/suspense-page.tsx') },
  { path: '/suspense/:id', page: () => import('./pages/suspense/suspense-item-page.tsx') },
  { path: '/reconciliation', page: () => import('./pages/reconciliation/reconciliation-page.tsx') },
  { path: '/reconciliation/:id', page: () => import('./pages/reconciliation/day-page.tsx') },
  { path: '/ledger', page: () => import('./pages/ledger/ledger-page.tsx') },
  { path: '/products', page: () => import('./pages/products/products-page.tsx') },
  { path: '/coupons', page: () => import('./pages/coupons/coupons-page.tsx') },
  { path: '/members', page: () => import('./pages/members/members-page.tsx') },
  { path: '/members/:id', page: () => import('./pages/members/member-page.tsx') },
  { path: '/notifications', page: () => import('./pages/notifications/notifications-page.tsx') },
  { path: '/notifications/:id', page: () => import('./pages/notifications/notification-page.tsx') },
  { path: '/printers', page: () => import('./pages/printers/printers-page.tsx') },
  { path: '/messages', page: () => import('./pages/effects/effects-page.tsx') },
  { path: '/messages/:id', page: () => import('./pages/effects/effect-page.tsx') },
  { path: '/webhooks', page: () => import('./pages/webhooks/webhooks-page.tsx') },
  { path: '/webhooks/:id', page: () => import('./pages/webhooks/webhook-page.tsx') },
  { path: '/jobs', page: () => import('./pages/jobs/jobs-page.tsx') },
  { path: '/staff', page: () => import('./pages/staff/staff-page.tsx') },
  { path: '/staff/:id', page: () => import('./pages/staff/operator-page.tsx') },
  { path: '/audit', page: () => import('./pages/audit/audit-page.tsx') },
  { path: '/settings', page: () => import('./pages/settings/settings-page.tsx') },
  { path: '/account', page: () => import('./pages/account/account-page.tsx') },
];

function routeOf({ path, page }: PageRoute): RouteObject {
  return {
    path,
    lazy: async () => ({ Component: (await page()).default }),
    errorElement: <CrashView />,
  };
}

export const router = createBrowserRouter(
  [
    {
      element: <Root />,
      errorElement: <CrashView />,
      hydrateFallbackElement: <div className="boot" aria-busy="true" />,
      children: [
        { path: '/login', element: <LoginPage /> },
        {
          element: <Shell />,
          children: [...PAGES.map(routeOf), { path: '*', element: <Navigate to="/" replace /> }],
        },
      ],
    },
  ],
  { basename: '/console' },
);
