import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestOperator } from '../support/staff.js';
import { startSystem, type System } from '../support/system.js';
import {
  approve,
  ask,
  ledgerOf,
  paidOrder,
  refundBecomes,
  refundOf,
  refundsAtWeChat,
  type PaidOrder,
} from './paid-order.js';

const CARD = {
  type: 'USER_BANK_CARD',
  bankType: 'ICBC_DEBIT',
  bankAccount: '6222021234567890123',
  realName: '欧阳不记名',
};
let system: System;
let finance: TestOperator;
beforeAll(async () => {
  system = await startSystem({ WXPAY_API: 'v3', REFUND_STEP_UP_MIN_FEN: '50000' });
  finance = await TestOperator.login(system, 'FINANCE');
});
afterAll(() => system.stop());

/** A refund that the buyer's bank has refused. */
async function abnormal(
  payFen = 1000,
  approver = finance,
): Promise<{ paid: PaidOrder; id: string; refundNo: string }> {
  await system.control.call('POST', '/_sim/settings', { refundResult: 'CHANGE' });
  const paid = await paidOrder(system, payFen);
  const { id, refundNo } = await ask(paid);
  await approve(approver, id);
  await refundBecomes(finance, id, 'ABNORMAL');
  await system.control.call('POST', '/_sim/settings', { refundResult: 'SUCCESS' });
  return { paid, id, refundNo };
}

describe('an unsigned refusal of API v3', () => {
  it('decides nothing by itself: WeChat is asked before the refund counts as failed (DESIGN §6.7)', async () => {
    const paid = await paidOrder(system, 1000);
    const { id } = await ask(paid);
    await system.control.fault(
      { path: 'POST /v3/refund/domestic/refunds', fault: 'PARAM_ERROR', count: 1 },
      { path: 'GET /v3/refund/domestic/refunds/', fault: 'slow', ms: 0 },
    );
    await approve(finance, id);
    expect(await refundBecomes(finance, id, 'FAILED')).toMatchObject({ failure: { code: 'PARAM_ERROR' } });
    const [refused, asked = 0] = await system.control.applied();
    expect([refused, asked > 0]).toEqual([1, true]);
    await system.control.noFaults();
  });
});

describe('M-23: an abnormal refund', () => {
  it('waits at the desk with what to do, holds its amount, and goes to another card', async () => {
    const { paid, id, refundNo } = await abnormal();
    const { body } = await finance.send<{ guidance: string }>('GET', `/refunds/${id}`);
    expect(body.guidance).toContain('银行卡');
    expect(
      await paid.buyer.send('POST', `/api/v1/orders/${paid.orderId}/refunds`, {
        reason: 'again',
        amountFen: 1,
      }),
    ).toMatchObject({
      status: 409,
    });
    expect(await ledgerOf(system, paid.orderId)).toEqual({
      WECHAT_RECEIVABLE: 1000,
      CUSTOMER_DEPOSITS: -1000,
    });

    const sent = await finance.send('POST', `/refunds/${id}/abnormal`, CARD);
    expect(sent).toMatchObject({ status: 200, body: { status: 'PROCESSING', refundNo } });
    await system.control.advance(30);
    await refundBecomes(finance, id, 'SUCCESS');
    expect(await refundsAtWeChat(system, paid.outTradeNo)).toMatchObject([
      { outRefundNo: refundNo, status: 'SUCCESS' },
    ]);
    expect(await ledgerOf(system, paid.orderId)).toEqual({ WECHAT_RECEIVABLE: 0, CUSTOMER_DEPOSITS: 0 });
  });

  it('keeps the card’s data nowhere', async () => {
    const tables = await system.database.query<{ name: string }>(
      `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
       WHERE table_schema IN ('public', 'pgboss') AND table_type = 'BASE TABLE'`,
    );
    for (const { name } of tables) {
      const rows = await system.database.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
      const found = rows.filter(({ row }) => row.includes(CARD.bankAccount) || row.includes(CARD.realName));
      expect({ name, found }).toEqual({ name, found: [] });
    }
  });

  it('is sent elsewhere by nobody who may not approve it', async () => {
    const owner = await TestOperator.login(system, 'OWNER');
    await owner.enrol(); // has just shown the second factor
    const { id } = await abnormal(60_000, owner);
    const support = await TestOperator.login(system, 'SUPPORT');
    expect((await support.send('POST', `/refunds/${id}/abnormal`, CARD)).status).toBe(403);
    expect(await finance.send('POST', `/refunds/${id}/abnormal`, CARD)).toMatchObject({
      status: 403,
      body: { code: 'REFUND_REVIEW_REFUSED', reason: 'SECOND_FACTOR_MISSING' },
    });
    await refundBecomes(finance, id, 'ABNORMAL');
  });

  it('refused by WeChat it is abnormal again, with WeChat’s words', async () => {
    const { id } = await abnormal();
    await system.control.fault({ path: 'apply-abnormal-refund', fault: 'INVALID_REQUEST', count: 1 });
    expect(await finance.send('POST', `/refunds/${id}/abnormal`, CARD)).toMatchObject({
      status: 502,
      body: { code: 'WXPAY_REJECTED' },
    });
    await refundBecomes(finance, id, 'ABNORMAL');
  });

  it('without an answer it is not sent again before WeChat was asked', async () => {
    const { id } = await abnormal();
    await system.control.fault({ path: 'apply-abnormal-refund', fault: 'reset', count: 1 });
    expect((await finance.send('POST', `/refunds/${id}/abnormal`, CARD)).status).toBe(504);
    await refundBecomes(finance, id, 'ABNORMAL');
    await finance.send('POST', `/refunds/${id}/abnormal`, { type: 'MERCHANT_BANK_CARD' });
    await system.control.advance(30);
    await refundBecomes(finance, id, 'SUCCESS');
  });

  it.each([
    [{ type: 'USER_BANK_CARD' }, 'bankType'],
    [{ ...CARD, bankType: 'no code' }, 'bankType'],
    [{ type: 'CASH' }, 'type'],
  ])('names the field that is wrong in %j', async (card, field) => {
    const { status, body } = await finance.send('POST', `/refunds/${crypto.randomUUID()}/abnormal`, card);
    expect(status).toBe(400);
    expect(body.errors?.map((each) => each.field)).toContain(field);
  });

  it('a refund that is not abnormal is left alone', async () => {
    const paid = await paidOrder(system, 1000);
    const { id } = await ask(paid);
    expect(await finance.send('POST', `/refunds/${id}/abnormal`, CARD)).toMatchObject({
      status: 409,
      body: { code: 'REFUND_NOT_ABNORMAL' },
    });
  });

  it('that took two people to approve goes to a card that two people name', async () => {
    await system.restart({ REFUND_SECOND_APPROVAL_MIN_FEN: '2000' });
    const second = await TestOperator.login(system, 'FINANCE');
    await system.control.call('POST', '/_sim/settings', { refundResult: 'CHANGE' });
    const { id } = await ask(await paidOrder(system, 2000));
    for (const operator of [finance, second]) await approve(operator, id);
    await refundBecomes(finance, id, 'ABNORMAL');
    await system.control.call('POST', '/_sim/settings', { refundResult: 'SUCCESS' });
    const enter = (operator: TestOperator, card: object = CARD) =>
      operator.send('POST', `/refunds/${id}/abnormal`, card);
    const unconfirmed = { status: 409, body: { code: 'REFUND_CARD_UNCONFIRMED' } };
    for (const operator of [second, second]) expect(await enter(operator)).toMatchObject(unconfirmed);
    expect(await enter(finance, { ...CARD, bankAccount: '6222029999999999999' })).toMatchObject(unconfirmed);
    expect(await refundOf(finance, id)).toMatchObject({ status: 'ABNORMAL' });
    const kept = await system.database.query<{ row: string }>('SELECT c::text AS row FROM refund_cards c');
    expect(kept).toHaveLength(2);
    expect(JSON.stringify(kept)).not.toContain(CARD.bankAccount);
    expect(await enter(finance)).toMatchObject({ status: 200, body: { status: 'PROCESSING' } });
    expect(await system.database.query('SELECT FROM refund_cards')).toEqual([]);
    const audited = await system.database.query<{ action: string; by: string }>(
      `SELECT action, operator_id AS by FROM audit_log
       WHERE subject_id = $1 AND action IN ('refund.card_entered', 'refund.sent_elsewhere') ORDER BY seq`,
      [id],
    );
    expect(audited).toEqual([
      ...[second, second, finance].map((operator) => ({ action: 'refund.card_entered', by: operator.id })),
      { action: 'refund.sent_elsewhere', by: finance.id },
    ]);
    await system.control.advance(30);
    await refundBecomes(finance, id, 'SUCCESS');
  });

  it('over API v2 there is no such call, and the answer says where to go', async () => {
    await system.restart({ WXPAY_API: 'v2' });
    const { id } = await abnormal();
    const answer = await finance.send('POST', `/refunds/${id}/abnormal`, CARD);
    expect(answer).toMatchObject({ status: 502, body: { detail: expect.stringContaining('商户平台') } });
    await refundBecomes(finance, id, 'ABNORMAL');
  });
});
