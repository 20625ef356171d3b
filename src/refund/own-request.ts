import type { EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { refundNotFound } from './refund-review.service.js';
import { Refund } from './refund.entity.js';

/** Locks what this buyer has asked for himself. @throws Problem `REFUND_NOT_FOUND` for anything else */
export async function lockOwnRequest(
  manager: EntityManager,
  id: string,
  buyerId: string,
): Promise<Refund & { orderId: string }> {
  const refund = isUuid(id)
    ? await manager.findOne(Refund, { where: { id }, lock: { mode: 'pessimistic_write' } })
    : null;
  const { kind, id: askedBy } = refund?.requestedBy ?? {};
  if (refund === null || refund.orderId === null || kind !== 'buyer' || askedBy !== buyerId)
    throw refundNotFound();
  return Object.assign(refund, { orderId: refund.orderId });
}
