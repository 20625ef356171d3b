import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { startOf, type Bill } from '../bill/bills.js';
import { tampered } from '../bill/tampering.js';
import { tradeBill } from '../bill/trade-bill.js';
import type { World } from '../world.js';
import { ControlError, readInput } from './input.js';
import { isoTime } from './views.js';

const fen = z.int();
const billInput = z.strictObject({
  date: z
    .string()
    .regex(/^\d{4}-\d\d-\d\d$/, 'must be yyyy-MM-dd')
    .refine((text) => !Number.isNaN(startOf(text.replaceAll('-', ''))), 'is no date'),
  mchId: z.string().optional(),
  layout: z.enum(['current', 'old']).default('current'),
  omit: z.array(z.string()).default([]),
  alter: z
    .array(z.strictObject({ transactionId: z.string(), amountFen: fen.optional(), feeFen: fen.optional() }))
    .default([]),
  extra: z
    .array(
      z.strictObject({
        transactionId: z.string(),
        outTradeNo: z.string(),
        amountFen: fen,
        feeFen: fen.optional(),
        refundId: z.string().optional(),
        outRefundNo: z.string().optional(),
      }),
    )
    .default([]),
  flows: z.array(z.strictObject({ businessNo: z.string(), name: z.string(), fen })).default([]),
});

/** Bills at once, and bills that differ from the truth. */
export function billRoutes(app: FastifyInstance, world: World): void {
  app.get('/_sim/bills', () => ({ items: world.bills.all().map(billView) }));

  app.post('/_sim/bills', (request) => {
    const input = readInput(billInput, request.body);
    const { mchId = world.merchants.first.mchId, layout } = input;
    if (!world.merchants.byMchId(mchId))
      throw new ControlError(404, 'NOT_FOUND', 'unknown merchant', 'mchId');
    const date = input.date.replaceAll('-', '');
    const { appId } = world.merchants.appOfKind('miniProgram', mchId);
    const owner = { mchId, appId, at: startOf(date) + 12 * 3_600_000 };
    const rows = tampered(world.bills.rowsOf(mchId, date), input, owner);
    const bill = world.bills.make(mchId, date, rows, layout, input.flows);
    return { ...billView(bill), csv: tradeBill(rows, 'ALL', layout) };
  });
}

function billView({ date, rows, ...rest }: Bill): object {
  return {
    ...rest,
    date: date.replace(/(....)(..)(..)/, '$1-$2-$3'),
    rows: rows.map((row) => ({ ...row, at: isoTime(row.at) })),
  };
}
