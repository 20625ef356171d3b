import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Agent, request } from 'undici';
import { FIRST_SN } from '../../simulator/printer/printer-cloud.js';
import type { PrinterView } from '../../src/fulfilment/printer/printer.schema.js';
import type { EffectDetail, EffectPage, EffectRow } from '../../src/staff/effects/effect.schema.js';
import { paidOrder } from '../refund/paid-order.js';
import { Desk } from '../staff/desk.js';
import { TestBuyer } from '../support/buyer.js';
import { eventually } from '../support/eventually.js';
import { startSystem, type System } from '../support/system.js';

const PRINT_MSG = '/Api/Open/Open_printMsg';
const UNKNOWN_ID = '01920000-0000-7000-8000-000000000000';

interface SimPrint {
  id: string;
  sn: string;
  times: number;
  printedAt?: string;
  paper: string[];
}

let system: System;
let owner: Desk;
let support: Desk;

beforeAll(async () => {
  system = await startSystem({
    WXPAY_CONFIRM_NOTIFY: 'signature',
    FEIE_SN: FIRST_SN,
    WXPAY_TIMEOUT_MS: '4000', // a slow machine must not lose answers that no fault has taken
  });
  [owner, support] = [await Desk.of(system, 'OWNER'), await Desk.of(system, 'SUPPORT')];
});
afterEach(async () => {
  await system.control.noFaults();
  await online(true);
});
afterAll(() => system.stop());

const online = (on: boolean, sn = FIRST_SN) =>
  system.control.call('POST', `/_sim/printers/${sn}`, { online: on });

/** What came out, or waits to come out, for this order. */
async function printsOf(orderNo: string): Promise<SimPrint[]> {
  const { body } = await system.control.call<{ items: SimPrint[] }>('GET', '/_sim/prints');
  return body.items.filter(({ paper }) => paper.some((line) => line.includes(orderNo)));
}

/** The only print effect of an order, once its last attempt ended like this. */
function attempted(orderId: string, ...codes: string[]): Promise<EffectDetail> {
  return eventually(async () => {
    const { items } = await owner.get<EffectPage>(`/effects?kind=print&orderId=${orderId}`);
    const effect = await owner.get<EffectDetail>(`/effects/${items[0]?.id}`);
    expect(effect.log.map(({ code }) => code)).toEqual(codes);
    return effect;
  });
}

async function paid(): Promise<{ orderId: string; orderNo: string }> {
  const { buyer, orderId } = await paidOrder(system, 1990);
  return { orderId, orderNo: (await buyer.order(orderId)).orderNo };
}

describe('a paid order', () => {
  it('is printed at once, and done when the paper is out', async () => {
    const { orderId, orderNo } = await paid();
    await attempted(orderId, 'TAKEN');
    const [print, ...more] = await printsOf(orderNo);
    expect(more).toEqual([]);
    expect(print).toMatchObject({ sn: FIRST_SN, times: 1, printedAt: expect.any(String) });
    expect(print?.paper[0]).toBe('新订单');
    expect(print?.paper.join('\n')).toContain('手冲咖啡豆 250g');
    await system.control.advance(3);
    const effect = await attempted(orderId, 'TAKEN', 'PRINTED');
    expect(effect).toMatchObject({
      status: 'DONE',
      target: 'default',
      subject: { kind: 'order', id: orderId },
    });
    const { timeline } = await owner.get<{ timeline: { event: string; words: string }[] }>(
      `/orders/${orderId}`,
    );
    expect(timeline.at(-1)).toMatchObject({
      event: 'effect.done',
      words: '打印小票：已完成 Receipt print is done',
    });
  });

  it('waits in the cloud while the printer is off, and is never sent twice', async () => {
    await online(false);
    const { orderId, orderNo } = await paid();
    await attempted(orderId, 'TAKEN');
    await system.control.advance(3);
    await attempted(orderId, 'TAKEN', 'WAITING');
    expect((await owner.get<{ words: string }>('/printers/default/status')).words).toContain('离线');
    await online(true);
    expect((await owner.get<{ words: string }>('/printers/default/status')).words).toContain('在线');
    await system.control.advance(15);
    expect(await attempted(orderId, 'TAKEN', 'WAITING', 'PRINTED')).toMatchObject({ status: 'DONE' });
    expect(await printsOf(orderNo)).toHaveLength(1);
  });

  it('whose print was taken but whose answer was lost is not printed a second time', async () => {
    await system.control.fault({ path: PRINT_MSG, fault: 'processedThenTimeout', count: 1 });
    const { orderId, orderNo } = await paid();
    await attempted(orderId, 'NO_ANSWER');
    await system.control.advance(15);
    expect(await attempted(orderId, 'NO_ANSWER', 'COUNTED')).toMatchObject({ status: 'DONE' });
    expect(await printsOf(orderNo)).toHaveLength(1);
  });

  it('whose print was not taken is printed by the next try', async () => {
    await system.control.fault({ path: PRINT_MSG, fault: 'timeout', count: 1 });
    const { orderId, orderNo } = await paid();
    await attempted(orderId, 'NO_ANSWER');
    // Another one in between does not confuse the count.
    const other = await paid();
    await attempted(other.orderId, 'TAKEN');
    await system.control.advance(15);
    await attempted(orderId, 'NO_ANSWER', 'TAKEN');
    const prints = await printsOf(orderNo);
    expect(prints.map(({ paper }) => paper[0])).toEqual(['新订单']);
  });

  it('is not sent at all while the cloud cannot say what it has', async () => {
    await system.control.fault({ path: 'Open_queryOrderInfoByDate', fault: 'http500', count: 1 });
    const { orderId, orderNo } = await paid();
    await attempted(orderId, 'NO_ANSWER');
    expect(await printsOf(orderNo)).toEqual([]);
    await system.control.advance(15);
    await attempted(orderId, 'NO_ANSWER', 'TAKEN');
    expect((await printsOf(orderNo)).map(({ paper }) => paper[0])).toEqual(['新订单']);
  });

  it('that another was sent beside is printed again with a warning when nobody can tell', async () => {
    await system.control.fault({ path: PRINT_MSG, fault: 'processedThenTimeout', count: 1 });
    const { orderId, orderNo } = await paid();
    const effect = await attempted(orderId, 'NO_ANSWER');
    // Another instance was sending at that very moment and has no answer either.
    await system.database.query(
      `WITH other AS (
         INSERT INTO effects SELECT gen_random_uuid(), kind, target, subject_kind, subject_id, order_id, dedupe_key || ':other',
           payload, 'REFUSED', 1, 1, NULL, created_at, created_at FROM effects WHERE id = $1 RETURNING id)
       INSERT INTO sent_prints SELECT other.id, sn, taken_before, counted_at, sent_at, NULL, NULL
       FROM other, sent_prints WHERE effect_id = $1`,
      [effect.id],
    );
    await system.control.advance(15);
    await eventually(async () => {
      const prints = await printsOf(orderNo);
      expect(prints.map(({ paper }) => paper[0])).toEqual([
        '新订单',
        expect.stringContaining('可能与前一张重复'),
      ]);
    });
    await system.database.query("DELETE FROM effects WHERE dedupe_key LIKE '%:other'");
  });

  it('is tried again when the cloud refuses', async () => {
    await system.restart({ FEIE_SN: FIRST_SN, FEIE_UKEY: 'wrong-key' });
    const { orderId, orderNo } = await paid();
    expect((await attempted(orderId, 'FEIE_-3')).log[0]?.message).toContain('签名');
    await system.restart();
    await system.control.advance(15);
    await attempted(orderId, 'FEIE_-3', 'TAKEN');
    expect(await printsOf(orderNo)).toHaveLength(1);
  });
});

const refusal = async (id: string, body = {}) =>
  (await support.send('POST', `/orders/${id}/print`, body)).body.code;

describe('POST /orders/:id/print', () => {
  it('prints again, marked, once per Idempotency-Key, and is recorded', async () => {
    const { orderId, orderNo } = await paid();
    await attempted(orderId, 'TAKEN');
    const key = { 'idempotency-key': `print ${orderId.slice(-8)}` };
    const send = () => support.send<{ items: EffectRow[] }>('POST', `/orders/${orderId}/print`, {}, key);
    const [first, second] = [await send(), await send()];
    expect([first.status, second.status, second.headers.get('idempotency-replayed')]).toEqual([
      201,
      201,
      'true',
    ]);
    expect(first.body.items).toMatchObject([{ kind: 'print', target: 'default', orderId }]);
    await eventually(async () => {
      expect((await printsOf(orderNo)).map(({ paper }) => paper[0])).toEqual(['新订单', '补打小票']);
    });
    expect(
      await system.database.query(
        `SELECT operator_name FROM audit_log WHERE action = 'order.print_requested' AND subject_id = $1`,
        [orderId],
      ),
    ).toEqual([{ operator_name: support.username }]);
  });

  it('is for paid orders and known printers', async () => {
    const buyer = await TestBuyer.login(system);
    const { order } = await buyer.checkout(await system.product());
    expect(await refusal(order.id)).toBe('ORDER_NOT_PAID');
    expect(await refusal(UNKNOWN_ID)).toBe('ORDER_NOT_FOUND');
    const { orderId } = await paid();
    expect(await refusal(orderId, { printerId: UNKNOWN_ID })).toBe('PRINTER_NOT_FOUND');
  });
});

describe('printers', () => {
  it('can be added, print beside the first, and be changed and deleted', async () => {
    await online(true, '922400001');
    const added = await owner.send<PrinterView>('POST', '/printers', {
      name: '后厨',
      sn: '922400001',
      copies: 2,
    });
    expect(added).toMatchObject({
      status: 201,
      body: { name: '后厨', copies: 2, enabled: true, fromSettings: false },
    });
    const { id } = added.body;
    expect((await support.get<{ items: PrinterView[] }>('/printers')).items).toMatchObject([
      { id: 'default', sn: FIRST_SN, fromSettings: true },
      { id, sn: '922400001' },
    ]);
    const { orderNo, orderId } = await paid();
    await eventually(async () => {
      const prints = await printsOf(orderNo);
      expect(prints.map(({ sn, times }) => `${sn} ${times}`).sort()).toEqual([
        `${FIRST_SN} 1`,
        '922400001 2',
      ]);
    });
    expect((await owner.send('PATCH', `/printers/${id}`, { enabled: false })).status).toBe(200);
    const next = await paid();
    await attempted(next.orderId, 'TAKEN');
    await system.control.advance(3);
    expect((await owner.send('DELETE', `/printers/${id}`)).status).toBe(204);
    for (const sn of [FIRST_SN, '922400001'])
      expect((await printsOf(next.orderNo)).filter((print) => print.sn === sn)).toHaveLength(
        sn === FIRST_SN ? 1 : 0,
      );
    await support.send('POST', `/orders/${orderId}/print`, { printerId: 'default' });
    await eventually(async () => expect(await printsOf(orderNo)).toHaveLength(3));
  });

  it.each([
    ['POST', '', { name: '二', sn: FIRST_SN }, 409, 'PRINTER_KNOWN'],
    ['POST', '', { name: '二', sn: 'no' }, 400, 'VALIDATION_FAILED'],
    ['PATCH', '/default', { name: '二' }, 409, 'PRINTER_FROM_SETTINGS'],
    ['DELETE', '/default', undefined, 409, 'PRINTER_FROM_SETTINGS'],
    ['GET', `/${UNKNOWN_ID}`, undefined, 404, 'PRINTER_NOT_FOUND'],
    ['DELETE', '/x', undefined, 404, 'PRINTER_NOT_FOUND'],
  ])('%s /printers%s with %j is refused', async (method, path, body, status, code) => {
    expect(await owner.send(method, `/printers${path}`, body)).toMatchObject({ status, body: { code } });
  });
});

it('A25: the key of the account is in no answer and no row', async () => {
  const ukey = system.env['FEIE_UKEY'] ?? '';
  expect(ukey.length).toBeGreaterThan(5);
  expect(Desk.answersWith(ukey)).toEqual([]);
  for (const table of ['effects', 'effect_attempts', 'audit_log', 'printers'])
    expect(
      await system.database.query(`SELECT 1 FROM ${table} AS t WHERE strpos(t::text, $1) > 0`, [ukey]),
    ).toEqual([]);
});

/** One call as any shop would make it. */
async function call(
  apiname: string,
  fields: Record<string, string>,
  spoil = '',
): Promise<{ ret: number; msg: string; data: unknown }> {
  const [user, ukey] = [system.env['FEIE_USER'] ?? '', system.env['FEIE_UKEY'] ?? ''];
  const stime = '1795276800';
  const sig = createHash('sha1')
    .update(user + ukey + stime + spoil)
    .digest('hex');
  const dispatcher = new Agent({ connect: { ca: await readFile(system.env['WXPAY_CA_PATH'] ?? '') } });
  const answer = await request(`${system.env['FEIE_BASE_URL']}/Api/Open/`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ user, stime, sig, apiname, ...fields }).toString(),
    dispatcher,
  });
  const body = (await answer.body.json()) as { ret: number; msg: string; data: unknown };
  await dispatcher.close();
  return body;
}

describe('the simulated cloud', () => {
  it.each([
    ['another signature', 'Open_queryPrinterStatus', { sn: FIRST_SN }, 'x', -3],
    ['no account', 'Open_queryPrinterStatus', { sn: FIRST_SN, user: 'nobody' }, '', -2],
    ['no such call', 'Open_nothing', { sn: FIRST_SN }, '', -2],
    ['no serial number', 'Open_printMsg', { sn: '1', content: 'x' }, '', 1001],
    ['a printer of somebody else', 'Open_printMsg', { sn: '999999999', content: 'x' }, '', 1002],
    ['too much', 'Open_printMsg', { sn: FIRST_SN, content: '长'.repeat(1667) }, '', -2],
  ])('refuses %s as Feie does', async (_, apiname, fields, spoil, ret) => {
    expect(await call(apiname, fields, spoil)).toMatchObject({
      ret,
      data: null,
      serverExecutedTime: expect.any(Number),
    });
  });

  it('takes 5000 bytes', async () => {
    expect(await call('Open_printMsg', { sn: FIRST_SN, content: '长'.repeat(1666) })).toMatchObject({
      ret: 0,
      msg: 'ok',
      data: expect.stringMatching(/^316500004_\d{14}_\d{10}$/),
    });
  });
});
