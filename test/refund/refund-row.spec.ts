import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { transaction } from '../../src/database/transaction.js';
import { lockRefund } from '../../src/refund/locked-refund.js';
import { readUnderReview } from '../../src/refund/refund-under-review.js';
import { Refund } from '../../src/refund/refund.entity.js';
import { TestOperator } from '../support/staff.js';
import { startSystem, type System } from '../support/system.js';
import { approve, ask, paidOrder, refundBecomes } from './paid-order.js';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

it('a refund read by a named statement is the one its entity describes, column by column', async () => {
  const finance = await TestOperator.login(system, 'FINANCE');
  const paid = await paidOrder(system, 1000);
  const { id } = await ask(paid, { items: [{ productId: paid.productId, quantity: 1 }] });
  await approve(finance, id, { note: 'ok' });
  await refundBecomes(finance, id, 'SUCCESS');
  const dataSource = system.app.get(DataSource, { strict: false });
  const entity = { ...(await dataSource.manager.findOneByOrFail(Refund, { id })) };
  const locked = await transaction(dataSource, (manager) => lockRefund(manager, id));
  expect(locked.refund).toEqual(entity);
  expect((await readUnderReview(dataSource.manager, [id]))[0]?.refund).toEqual(entity);
});
