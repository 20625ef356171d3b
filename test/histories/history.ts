import fc from 'fast-check';

/**
 * What may happen to one buyer and his orders, as data: who does what, when the clock moves, when the process dies. Only
 * shapes that fast-check can shrink without knowing how they were made (records, arrays, constants), so that a failing
 * history is shrunk from itself, whichever batch it was found in.
 */

export const TRADE_TYPES = ['JSAPI', 'APP', 'NATIVE', 'H5'] as const;
export const CALLS = ['prepay', 'query', 'close', 'refund', 'refundQuery', 'notify'] as const;
export const CALL_FAULTS = [
  'timeout',
  'processedThenTimeout',
  'reset',
  'http500',
  'SYSTEMERROR',
  'garbage',
  'badSignature',
] as const;
export const NOTIFY_FAULTS = ['dropNotify', 'duplicateNotify', 'reset', 'badSignature'] as const;

/** Goods are numbered within the history; `quantity` in pieces. */
interface Basket {
  lines: { product: number; quantity: number }[];
  coupon: boolean;
}

/** `order` and `refund` count from the newest one, 0, so that most steps meet something that exists. */
export type Step =
  | (Basket & { do: 'checkout'; tradeType: (typeof TRADE_TYPES)[number]; twice: boolean })
  | (Basket & { do: 'order' })
  | { do: 'ownPrice' }
  | { do: 'repeat' }
  | { do: 'payAgain'; order: number; tradeType: (typeof TRADE_TYPES)[number] }
  | {
      do: 'pay';
      order: number;
      attempt: 'first' | 'last';
      how: 'exact' | 'wrongAmount' | 'coupon' | 'forced' | 'error';
    }
  | { do: 'cancel' | 'staffClose' | 'sync' | 'ship' | 'receive'; order: number }
  | { do: 'fault'; call: (typeof CALLS)[number]; fault: number; count: number }
  | { do: 'mute' }
  | { do: 'resend'; times: number }
  | { do: 'forge'; order: number; by: 'nobody' | 'stranger' }
  | {
      do: 'refund';
      order: number;
      by: 'buyer' | 'finance';
      quarters: number;
      stale: boolean;
      times: number;
      /** The owner says yes at once. */
      approved: boolean;
    }
  | {
      do: 'review';
      refund: number;
      by: 'finance' | 'owner' | 'support';
      say: 'approve' | 'reject';
      restock: boolean;
    }
  | { do: 'withdraw' | 'retry' | 'askRefund'; refund: number }
  | { do: 'decide'; refund: number; state: 'SUCCESS' | 'ABNORMAL' | 'CLOSED' }
  | { do: 'suspense'; say: 'return' | 'accept' };

/** What happens before the clock moves on: one step after the other, or all at once. */
export interface Round {
  atOnce: boolean;
  steps: Step[];
}

/** One buyer's part of a batch. `stock`: pieces of each of his goods. */
export interface History {
  stock: number;
  rounds: Round[];
}

/** What all histories of a batch share: how far the clock moves after each round (s), and when the process dies, if at all. */
export interface Schedule {
  advances: number[];
  crash: Crash | null;
}

/** In this round, when so many percent of its steps are done, and then so many milliseconds later. */
export interface Crash {
  round: number;
  percent: number;
  afterMs: number;
}

export const ROUNDS = 5;

const newest = fc.constantFrom(0, 0, 0, 1);
const basket = {
  lines: fc.array(fc.record({ product: fc.constantFrom(0, 1, 2), quantity: fc.constantFrom(1, 2, 3) }), {
    minLength: 1,
    maxLength: 3,
  }),
  coupon: fc.boolean(),
};
const is = <Kind extends string>(kind: Kind): fc.Arbitrary<Kind> => fc.constant(kind);
const tradeType = fc.constantFrom('JSAPI', 'JSAPI', ...TRADE_TYPES);

const checkout = fc.record({
  do: is('checkout'),
  ...basket,
  tradeType,
  twice: fc.constantFrom(false, false, true),
});
const order = fc.record({ do: is('order'), ...basket });
const ownPrice = fc.record({ do: is('ownPrice') });
const repeat = fc.record({ do: is('repeat') });
const payAgain = fc.record({
  do: is('payAgain'),
  order: newest,
  tradeType: fc.constantFrom('JSAPI', 'APP', 'NATIVE', 'H5'),
});
const pay = (how: fc.Arbitrary<Extract<Step, { do: 'pay' }>['how']>) =>
  fc.record({ do: is('pay'), order: newest, attempt: fc.constantFrom('last', 'first'), how });
const payment = pay(
  fc.constantFrom('exact', 'exact', 'exact', 'exact', 'coupon', 'coupon', 'wrongAmount', 'error'),
);
const latePayment = pay(is('forced'));
const closing = fc.record({ do: fc.constantFrom('cancel', 'cancel', 'staffClose'), order: newest });
const sync = fc.record({ do: is('sync'), order: newest });
const goods = fc.record({ do: fc.constantFrom('ship', 'receive'), order: newest });
const fault = (...calls: (typeof CALLS)[number][]) =>
  fc.record({
    do: is('fault'),
    call: fc.constantFrom(...calls),
    fault: fc.nat(CALL_FAULTS.length - 1),
    count: fc.constantFrom(1, 1, 2, 3),
  });
const mute = fc.record({ do: is('mute') });
const resend = fc.record({ do: is('resend'), times: fc.constantFrom(1, 2, 3) });
const forge = fc.record({ do: is('forge'), order: newest, by: fc.constantFrom('nobody', 'stranger') });
const refund = fc.record({
  do: is('refund'),
  order: newest,
  by: fc.constantFrom('buyer', 'buyer', 'finance'),
  quarters: fc.constantFrom(1, 2, 3, 4, 5), // of what was paid; five are too many
  stale: fc.constantFrom(false, false, false, true),
  times: fc.constantFrom(1, 1, 1, 2, 3),
  approved: fc.boolean(),
});
const review = fc.record({
  do: is('review'),
  refund: newest,
  by: fc.constantFrom('finance', 'owner', 'owner', 'support'),
  say: fc.constantFrom('approve', 'approve', 'approve', 'reject'),
  restock: fc.boolean(),
});
const withdraw = fc.record({ do: is('withdraw'), refund: newest });
const refundAgain = fc.record({ do: fc.constantFrom('retry', 'askRefund'), refund: newest });
const decide = fc.record({
  do: is('decide'),
  refund: newest,
  state: fc.constantFrom('SUCCESS', 'ABNORMAL', 'CLOSED'),
});
const suspense = fc.record({ do: is('suspense'), say: fc.constantFrom('return', 'accept') });

const often = <Value>(weight: number, arbitrary: fc.Arbitrary<Value>): fc.WeightedArbitrary<Value> => ({
  weight,
  arbitrary,
});
const round = (minLength: number, ...steps: fc.WeightedArbitrary<Step>[]): fc.Arbitrary<Round> =>
  fc.record({
    atOnce: fc.constantFrom(false, false, true),
    steps: fc.array(fc.oneof(...steps), { minLength, maxLength: 4 }),
  });

/** Something is bought; what can go wrong with that comes first. */
const buying: fc.Arbitrary<Round> = fc.record({
  atOnce: fc.constant(false),
  steps: fc.array(
    fc.oneof(
      often(15, checkout),
      often(2, payAgain),
      often(1, order),
      often(1, ownPrice),
      often(3, fault('prepay')),
    ),
    { minLength: 1, maxLength: 3 },
  ),
});
const paying = round(
  2,
  often(30, payment),
  often(3, payAgain),
  often(3, closing),
  often(3, fault('query', 'close', 'notify')),
  often(1, forge),
  often(1, sync),
  often(1, repeat),
  often(1, checkout),
  often(1, mute),
);
const after = round(
  1,
  often(20, refund),
  often(20, review),
  often(10, fault('refund', 'refund', 'refundQuery', 'notify')),
  often(2, payment),
  often(8, latePayment),
  often(14, decide),
  often(4, refundAgain),
  often(1, payAgain),
  often(1, closing),
  often(1, withdraw),
  often(1, resend),
  often(1, forge),
  often(3, suspense),
  often(1, goods),
  often(1, repeat),
);

export const history: fc.Arbitrary<History> = fc.record({
  stock: fc.constantFrom(4, 20, 20),
  rounds: fc.tuple(buying, paying, after, after, after),
});

export const crash: fc.Arbitrary<Crash> = fc.record({
  round: fc.nat(ROUNDS - 1),
  percent: fc.nat(99),
  afterMs: fc.nat(8),
});

export const schedule: fc.Arbitrary<Schedule> = fc.record({
  advances: fc.array(fc.constantFrom(1, 1, 16, 16, 40, 70, 95, 130, 400, 1300), {
    minLength: ROUNDS,
    maxLength: ROUNDS,
  }),
  crash: fc.option(crash),
});
