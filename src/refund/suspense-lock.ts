import type { EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { Problem } from '../common/http/problem.js';
import { SuspenseItem } from '../payment/suspense-item.entity.js';

/**
 * An item that nobody has decided yet, locked.
 * @throws Problem `SUSPENSE_NOT_FOUND`, `SUSPENSE_ALREADY_DECIDED`
 */
export async function lockOpen(manager: EntityManager, id: string): Promise<SuspenseItem> {
  const item = isUuid(id)
    ? await manager.findOne(SuspenseItem, { where: { id }, lock: { mode: 'pessimistic_write' } })
    : null;
  if (item === null) throw new Problem('SUSPENSE_NOT_FOUND', 'There is no such item.');
  if (item.status !== 'OPEN') throw suspenseDecided(item);
  return item;
}

export function suspenseDecided({ status }: Pick<SuspenseItem, 'status'>): Problem {
  return new Problem('SUSPENSE_ALREADY_DECIDED', `The item is ${status}.`, {
    extra: { suspenseStatus: status },
  });
}
