/** What a person on the staff may be (CONTRACT §3). */
export const ROLES = ['OWNER', 'FINANCE', 'SUPPORT', 'VIEWER'] as const;
export type Role = (typeof ROLES)[number];

const EVERYBODY: readonly Role[] = ROLES;

/**
 * Who may do what: the only place that says so. A route names its permission with `@Requires`, and a test walks every
 * staff route with every role. VIEWER sees the business and changes nothing; SUPPORT serves buyers; FINANCE decides
 * about money; OWNER may do everything.
 */
export const PERMISSIONS = {
  /** One's own account: /me, own sessions, own second factor. */
  self: EVERYBODY,
  'orders.read': EVERYBODY,
  /** Closing an unpaid order, at WeChat as well. */
  'orders.close': ['OWNER', 'FINANCE', 'SUPPORT'],
  'orders.print': ['OWNER', 'FINANCE', 'SUPPORT'],
  'orders.ship': ['OWNER', 'SUPPORT'],
  'payments.read': EVERYBODY,
  'payments.sync': ['OWNER', 'FINANCE', 'SUPPORT'],
  'refunds.read': EVERYBODY,
  'refunds.request': ['OWNER', 'FINANCE', 'SUPPORT'],
  'refunds.review': ['OWNER', 'FINANCE'],
  /** Retry and sync: what makes WeChat move money, or tells what became of it. */
  'refunds.execute': ['OWNER', 'FINANCE'],
  'notifications.read': EVERYBODY,
  'notifications.replay': ['OWNER', 'FINANCE'],
  /** Side effects: messages, deliveries to other systems, prints. */
  'effects.read': EVERYBODY,
  'effects.replay': ['OWNER', 'FINANCE', 'SUPPORT'],
  /** What works in the background: its backlog, its failures. */
  'jobs.read': EVERYBODY,
  'jobs.retry': ['OWNER', 'FINANCE', 'SUPPORT'],
  /** Addresses of other systems may carry a token, and deliveries show what was sent. */
  'webhooks.read': ['OWNER', 'FINANCE', 'SUPPORT'],
  'webhooks.manage': ['OWNER'],
  'printers.read': EVERYBODY,
  'printers.manage': ['OWNER'],
  'ledger.read': ['OWNER', 'FINANCE', 'VIEWER'],
  /** A day's comparison with WeChat's bill; asking for one downloads the bill. */
  'reconciliation.read': ['OWNER', 'FINANCE', 'VIEWER'],
  'reconciliation.run': ['OWNER', 'FINANCE'],
  'reconciliation.resolve': ['OWNER', 'FINANCE'],
  'suspense.read': EVERYBODY,
  /** Giving money back that arrived wrongly, or keeping it. */
  'suspense.decide': ['OWNER', 'FINANCE'],
  'buyers.read': EVERYBODY,
  /** Their note, and whether they may order. */
  'buyers.manage': ['OWNER', 'FINANCE', 'SUPPORT'],
  'coupons.read': EVERYBODY,
  /** A coupon is money given away. */
  'coupons.manage': ['OWNER', 'FINANCE'],
  'products.read': EVERYBODY,
  'products.manage': ['OWNER', 'SUPPORT'],
  'operators.manage': ['OWNER'],
  'audit.read': ['OWNER', 'FINANCE'],
  /** Orders, refunds and the journal as files, with the names and addresses of buyers. */
  'books.export': ['OWNER', 'FINANCE'],
  /** How the service is set up, without its secrets: accounts, limits, certificates. */
  'settings.read': ['OWNER', 'FINANCE'],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof PERMISSIONS;

export function rolesWith(permission: Permission): readonly Role[] {
  return PERMISSIONS[permission];
}

export function hasPermission(roles: readonly Role[], permission: Permission): boolean {
  return roles.some((role) => rolesWith(permission).includes(role));
}

/** For consoles: what to show to somebody with these roles. */
export function permissionsOf(roles: readonly Role[]): Permission[] {
  const all = Object.keys(PERMISSIONS) as Permission[];
  return all.filter((permission) => hasPermission(roles, permission));
}
