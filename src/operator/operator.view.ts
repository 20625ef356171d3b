import { toBeijingIso } from '../common/time/beijing-time.js';
import type { Operator } from './operator.entity.js';
import type { OperatorView } from './operator.schema.js';

/** An account as staff see it; nothing secret is in it. */
export function operatorView(operator: Operator, lastSeenAt?: Date): OperatorView {
  return {
    id: operator.id,
    username: operator.username,
    displayName: operator.displayName,
    role: operator.role,
    disabled: operator.disabledAt !== null,
    hasSecondFactor: operator.totpConfirmedAt !== null,
    ...(operator.deputyUntil !== null &&
      operator.deputyUntil > new Date() && { deputyUntil: toBeijingIso(operator.deputyUntil) }),
    ...(operator.buyerId !== null && { buyerId: operator.buyerId }),
    ...(lastSeenAt !== undefined && { lastSeenAt: toBeijingIso(lastSeenAt) }),
    createdAt: toBeijingIso(operator.createdAt),
  };
}
