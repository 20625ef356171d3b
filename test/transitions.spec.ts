import { describe, expect, it } from '@jest/globals';
import { eventOf, IllegalTransition } from '../src/common/transitions.js';
import { isOpen, PAYMENT_STATUSES } from '../src/payment/payment.status.js';
import { LIVE_STATUSES } from '../src/refund/refund.status.js';
import { edgesOf, MACHINES } from './support/state-machines.js';

/** DESIGN §3, written out a second time on purpose: a table that changes by mistake differs from this one. */
const MOVES: Record<string, string[]> = {
  order: [
    'PENDING_PAYMENT>PAID paid',
    'PENDING_PAYMENT>CLOSED closed',
    'PAID>SHIPPED shipped',
    'SHIPPED>COMPLETED completed',
  ],
  payment: [
    'CREATED>PREPAID prepaid',
    'CREATED>SUCCESS paid',
    'CREATED>CLOSED closed',
    'CREATED>FAILED rejected',
    'PREPAID>SUCCESS paid',
    'PREPAID>CLOSED closed',
    'CLOSED>SUCCESS paidLate',
    'FAILED>SUCCESS paidLate',
  ],
  refund: [
    'REQUESTED>APPROVED approved',
    'REQUESTED>REJECTED rejected',
    'REQUESTED>WITHDRAWN withdrawn',
    'APPROVED>PROCESSING sent',
    'PROCESSING>SUCCESS succeeded',
    'PROCESSING>ABNORMAL bankRefused',
    'PROCESSING>CLOSED closed',
    'PROCESSING>FAILED failed',
    'ABNORMAL>PROCESSING retried',
    'ABNORMAL>SUCCESS succeeded',
    'ABNORMAL>CLOSED closed',
    'FAILED>PROCESSING retried',
    'FAILED>SUCCESS succeeded',
  ],
  'suspense item': [
    'OPEN>RETURNING returnStarted',
    'OPEN>ACCEPTED accepted',
    'OPEN>RETURNED returnedAfterAll',
    'RETURNING>RETURNED returned',
    'RETURNING>OPEN returnEnded',
    'ACCEPTED>RETURNED returnedAfterAll',
  ],
  'coupon use': ['RESERVED>USED paid', 'RESERVED>RELEASED closed'],
  effect: [
    'PENDING>DONE done',
    'PENDING>REFUSED refused',
    'PENDING>DEAD exhausted',
    'DONE>PENDING replayed',
    'REFUSED>PENDING replayed',
    'DEAD>PENDING replayed',
  ],
  reconciliation: [
    'WAITING>RUNNING started',
    'RUNNING>DONE compared',
    'RUNNING>WAITING notReady',
    'RUNNING>FAILED failed',
    'DONE>WAITING asked',
    'FAILED>WAITING asked',
  ],
  difference: [
    'WAITING>OPEN dayOver',
    'WAITING>CLEARED explained',
    'WAITING>RESOLVED resolved',
    'OPEN>RESOLVED resolved',
    'OPEN>CLEARED explained',
    'RESOLVED>OPEN changed',
    'CLEARED>OPEN foundAgain',
    'CLEARED>WAITING foundAgain',
  ],
};

describe.each(MACHINES)('the states of a $name', ({ name, table, statuses, start, final }) => {
  it('all stand in the table', () => expect(Object.keys(table).sort()).toEqual([...statuses].sort()));

  it('can all be reached', () => {
    const reached = new Set([start]);
    for (const from of reached) for (const to of Object.keys(table[from] ?? {})) reached.add(to);
    expect([...reached].sort()).toEqual([...statuses].sort());
  });

  it('lead on, except the final ones, which lead nowhere', () => {
    for (const status of statuses)
      expect(Object.keys(table[status] ?? {}).length === 0).toBe(final.includes(status));
  });

  it('move along these edges and no others', () => {
    const moves = statuses.flatMap((from) =>
      edgesOf({ [from]: table[from] ?? {} }).map((edge) => {
        const to = edge.slice(from.length + 1);
        return `${edge} ${eventOf(table, name, from, to)}`;
      }),
    );
    expect(moves.sort()).toEqual([...(MOVES[name] ?? [])].sort());
  });

  it('refuse every other move, naming it', () => {
    const edges = edgesOf(table);
    for (const [from, to] of statuses.flatMap((from) => statuses.map((to) => [from, to] as const))) {
      if (edges.includes(`${from}>${to}`)) continue;
      const move = (): unknown => eventOf(table, name, from, to);
      expect(move).toThrow(IllegalTransition);
      expect(move).toThrow(`${name} may not move from ${from} to ${to}`);
      expect(move).toThrow(expect.objectContaining({ name: 'IllegalTransition' }));
    }
  });
});

describe('which states', () => {
  it('of an attempt can still be paid', () => {
    expect(PAYMENT_STATUSES.filter(isOpen)).toEqual(['CREATED', 'PREPAID']);
  });

  it('M-20: of a refund hold its amount', () => {
    expect(LIVE_STATUSES).toEqual(['REQUESTED', 'APPROVED', 'PROCESSING', 'SUCCESS', 'ABNORMAL']);
  });
});
