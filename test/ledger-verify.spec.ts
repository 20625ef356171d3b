import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../src/database/data-source.js';
import { LedgerService, type Movement } from '../src/ledger/ledger.service.js';
import { toFen } from '../src/common/fen.js';
import { TrialBalanceService } from '../src/ledger/trial-balance.service.js';
import { verifyLedger } from '../src/operations/ledger-verification.js';
import { approve, ask, paidOrder, refundBecomes, type PaidOrder } from './refund/paid-order.js';
import { TestBuyer } from './support/buyer.js';
import { TestOperator } from './support/staff.js';
import { cancelledOrder, itemBecomes, itemOf, payLate } from './support/suspense.js';
import { startSystem, type System } from './support/system.js';

let system: System;
let dataSource: DataSource;
let paid: PaidOrder;
let refundId: string;
let returned: { id: string; refundId: string };
let accepted: string;
let open: string;

/** A shop with one of everything: paid, refunded in part, returned, accepted and open in suspense. */
beforeAll(async () => {
  system = await startSystem({ WXPAY_CONFIRM_NOTIFY: 'signature' });
  const [finance, owner] = [
    await TestOperator.login(system, 'FINANCE'),
    await TestOperator.login(system, 'OWNER'),
  ];
  paid = await paidOrder(system, 1000);
  refundId = (await ask(paid, { amountFen: 300 })).id;
  await approve(finance, refundId);
  await refundBecomes(finance, refundId, 'SUCCESS');
  const late = await itemOf(finance, await payLate(system, await cancelledOrder(system)));
  const gone = await itemBecomes(finance, late.id, 'RETURNED');
  returned = { id: gone.id, refundId: gone.returns[0]?.id ?? '' };
  [accepted, open] = [await wrongAmount(finance), await wrongAmount(finance)];
  await owner.send('POST', `/suspense/${accepted}/accept`, { note: '赠送' });
  dataSource = await new DataSource(dataSourceOptions(system.database.url, 1)).initialize();
});
afterAll(async () => {
  await dataSource.destroy();
  await system.stop();
});

async function wrongAmount(finance: TestOperator): Promise<string> {
  const buyer = await TestBuyer.login(system);
  const { payment } = await buyer.checkout(await system.product());
  const { transactionId = '' } = await system.control.pay({ outTradeNo: payment.outTradeNo, totalFen: 7 });
  return (await itemOf(finance, transactionId)).id;
}

/** Runs `change` with the database's own guards switched off, verifies, and leaves no trace. */
async function wrongAfter(change: string): Promise<string | undefined> {
  const undo = new Error('undo');
  let wrong: string | undefined;
  await dataSource
    .transaction(async (manager) => {
      await manager.query("SET LOCAL session_replication_role = 'replica'"); // no triggers
      await manager.query('ALTER TABLE ledger_entries DROP CONSTRAINT ledger_entries_account_known');
      await manager.query(change);
      ({ wrong } = await verifyLedger(manager));
      throw undo;
    })
    .catch((error: unknown) => {
      if (error !== undo) throw error;
    });
  return wrong;
}

/** As the reconciliation books what only the bills know. */
function fromBill(kind: Movement['kind'], account: 'FEES' | 'SETTLED_CASH', fen: number): Movement {
  return {
    kind,
    subjectId: uuidv7(),
    merchantAccount: 'default',
    currency: 'CNY',
    bookedAt: new Date(),
    lines: [
      { account, amountFen: toFen(fen) },
      { account: 'WECHAT_RECEIVABLE', amountFen: toFen(-fen) },
    ],
  };
}

function command(): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['dist/src/ledger-verify.js'],
      { env: { DATABASE_URL: system.database.url } },
      (_, out, err) => resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

const subject = (kind: string) =>
  `(SELECT id FROM ledger_entries WHERE kind = '${kind}' ORDER BY id LIMIT 1)`;

describe('ledger:verify', () => {
  it('rebuilds the balances from the entries', async () => {
    const { balances, wrong } = await verifyLedger(dataSource.manager);
    expect(wrong).toBeUndefined();
    const of = Object.fromEntries(balances.map(({ account, balanceFen }) => [account, balanceFen]));
    expect(of).toEqual({
      WECHAT_RECEIVABLE: 700 + 7 + 7,
      CUSTOMER_DEPOSITS: -700,
      SUSPENSE: -7,
      OTHER_INCOME: -7,
    });
  });

  it.each([
    [
      'an entry that was changed',
      () => `UPDATE ledger_entries SET amount_fen = amount_fen - 1 WHERE id = ${subject('PAYMENT_RECEIVED')}`,
      () => /^movement \S+ has 2 entries in CNY that sum to -1 fen, not 0$/,
    ],
    [
      'an entry that was deleted',
      () => `DELETE FROM ledger_entries WHERE id = ${subject('REFUND_PAID')}`,
      () => /^movement \S+ has 1 entries in CNY that sum to -?300 fen, not 0$/,
    ],
    [
      'two movements made into one',
      () =>
        'UPDATE ledger_entries SET movement_id = (SELECT movement_id FROM ledger_entries ORDER BY id LIMIT 1)',
      () => /^movement \S+ mixes entries of \d+ subjects, kinds or merchant accounts$/,
    ],
    [
      'a kind on an account it never touches',
      () => `UPDATE ledger_entries SET account = 'FEES' WHERE account = 'OTHER_INCOME'`,
      () => /^entry \d+ of movement \S+ books SUSPENSE_ACCEPTED on FEES, which it never touches$/,
    ],
    [
      'a payment without its movement',
      () => `DELETE FROM ledger_entries WHERE kind = 'PAYMENT_RECEIVED'`,
      () => /^PAYMENT_RECEIVED of \S+ on CUSTOMER_DEPOSITS is missing: -1000 fen should be booked$/,
    ],
    [
      'a refund without its movement',
      () => `DELETE FROM ledger_entries WHERE kind = 'REFUND_PAID'`,
      () => new RegExp(`^REFUND_PAID of ${refundId} on CUSTOMER_DEPOSITS is missing: 300 fen`),
    ],
    [
      'a return without its movement',
      () => `DELETE FROM ledger_entries WHERE kind = 'SUSPENSE_RETURNED'`,
      () => new RegExp(`^SUSPENSE_RETURNED of ${returned.refundId} on SUSPENSE is missing: 1990 fen`),
    ],
    [
      'an accepted item without its movement',
      () => `DELETE FROM ledger_entries WHERE kind = 'SUSPENSE_ACCEPTED'`,
      () => new RegExp(`^SUSPENSE_ACCEPTED of ${accepted} on OTHER_INCOME is missing: -7 fen`),
    ],
    [
      'a movement that is balanced and wrong',
      () => `UPDATE ledger_entries SET amount_fen = amount_fen * 2 WHERE kind = 'REFUND_PAID'`,
      () =>
        new RegExp(
          `^REFUND_PAID of ${refundId} on CUSTOMER_DEPOSITS is booked with 600 fen, its row says 300$`,
        ),
    ],
    [
      'a row that was changed',
      () => `UPDATE suspense_items SET amount_fen = 8 WHERE id = '${open}'`,
      () => new RegExp(`^SUSPENSE_RECEIVED of ${open} on SUSPENSE is booked with -7 fen, its row says -8$`),
    ],
    [
      'a movement of another merchant account',
      () => `UPDATE ledger_entries SET merchant_account = 'other' WHERE kind = 'REFUND_PAID'`,
      () =>
        /^REFUND_PAID of \S+ on CUSTOMER_DEPOSITS is booked for another merchant account or currency than its row's$/,
    ],
    [
      'a movement without a row',
      () => `UPDATE refunds SET status = 'FAILED' WHERE id = '${refundId}'`,
      () =>
        new RegExp(
          `^REFUND_PAID of ${refundId} on CUSTOMER_DEPOSITS is booked with 300 fen, and no row explains it$`,
        ),
    ],
    [
      'an item that says it was returned and was not',
      () => `UPDATE suspense_items SET status = 'RETURNED' WHERE id = '${open}'`,
      () => new RegExp(`^suspense item ${open} is RETURNED, with 0 of 7 fen returned$`),
    ],
    [
      'an item that was returned and does not say so',
      () => `UPDATE suspense_items SET status = 'OPEN' WHERE id = '${returned.id}'`,
      () => new RegExp(`^suspense item ${returned.id} is OPEN, with 1990 of 1990 fen returned$`),
    ],
    [
      'an order that counts another sum as refunded',
      () => `UPDATE orders SET refunded_fen = 299 WHERE id = '${paid.orderId}'`,
      () => /^order \S+ counts 299 fen as refunded, its refunds came to 300$/,
    ],
  ])('names %s', async (_, change, words) => {
    expect(await wrongAfter(change())).toMatch(words());
  });

  it('names the first of several', async () => {
    const wrong = await wrongAfter(`UPDATE ledger_entries SET amount_fen = amount_fen * 2`);
    expect(wrong).toMatch(
      /^PAYMENT_RECEIVED of \S+ on CUSTOMER_DEPOSITS is booked with -2000 fen, its row says -1000$/,
    );
  });

  it('names a checkpoint that its entries do not come to', async () => {
    await system.app.get(TrialBalanceService).checkpoint();
    expect((await verifyLedger(dataSource.manager)).wrong).toBeUndefined();
    const wrong = await wrongAfter(
      "UPDATE ledger_checkpoints SET credit_fen = 699 WHERE account = 'CUSTOMER_DEPOSITS'",
    );
    expect(wrong).toContain(
      'the checkpoint of default CUSTOMER_DEPOSITS CNY says -399 fen, its entries come to -700',
    );
    await system.database.query('DELETE FROM ledger_checkpoints');
  });

  it('takes fees and settlements, which the bills explain', async () => {
    await dataSource.transaction((manager) =>
      new LedgerService().book(manager, [
        fromBill('FEE_CHARGED', 'FEES', 6),
        fromBill('SETTLED_TO_BANK', 'SETTLED_CASH', 694),
      ]),
    );
    const { balances, wrong } = await verifyLedger(dataSource.manager);
    expect(wrong).toBeUndefined();
    expect(balances).toContainEqual(
      expect.objectContaining({ account: 'WECHAT_RECEIVABLE', balanceFen: 14 }),
    );
  });
});

describe('npm run ledger:verify', () => {
  it('says that all is right, with exit code 0', async () => {
    const { code, out, err } = await command();
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('default CUSTOMER_DEPOSITS -700 fen CNY (2 entries)\n');
    expect(out).toContain('the ledger is right');
  });

  it('names the first wrong one, with exit code 1', async () => {
    await system.database.query('ALTER TABLE ledger_entries DISABLE TRIGGER USER');
    await system.database.query("DELETE FROM ledger_entries WHERE kind = 'SUSPENSE_ACCEPTED'");
    const { code, err } = await command();
    expect(code).toBe(1);
    expect(err).toBe(
      `the ledger is wrong: SUSPENSE_ACCEPTED of ${accepted} on OTHER_INCOME is missing: -7 fen should be booked\n`,
    );
  });
});
