import { randomUUID } from 'node:crypto';
import type { Reply } from './http.js';
import { CALL_FAULTS, NOTIFY_FAULTS, type Step } from './history.js';
import type { Lane } from './lane.js';
import { forge } from './forgery.js';

type StepOf<Kind extends Step['do']> = Extract<Step, { do: Kind }>;
type Basket = Pick<StepOf<'order'>, 'lines' | 'coupon'>;

/** Parts of method and path by which the simulator knows a call, over whichever protocol. */
const PATHS = {
  v2: {
    prepay: '/pay/unifiedorder',
    query: '/pay/orderquery',
    close: '/pay/closeorder',
    refund: '/secapi/pay/refund',
    refundQuery: '/pay/refundquery',
    notify: 'notify',
  },
  v3: {
    prepay: 'POST /v3/pay/transactions/',
    query: 'GET /v3/pay/transactions/out-trade-no/',
    close: '/close',
    refund: 'POST /v3/refund/domestic/refunds',
    refundQuery: 'GET /v3/refund/domestic/refunds/',
    notify: 'notify',
  },
} as const;
/** What a fault's path stands for, over whichever protocol. */
export function callOf(path: string): string {
  const named = [...Object.entries(PATHS.v2), ...Object.entries(PATHS.v3)].find(([, each]) => each === path);
  return named?.[0] ?? path;
}

/** How long a broken-off call hangs; what follows is the same as after the full patience of the client. */
const HELD_MS = 20;

/** Does one step. What there is nothing for (no order yet, no refund) is left out. */
export async function take(lane: Lane, step: Step): Promise<void> {
  const met = await act(lane, step);
  if (met) lane.done[step.do] = (lane.done[step.do] ?? 0) + 1;
}

/** @returns whether there was something to do */
async function act(lane: Lane, step: Step): Promise<boolean> {
  switch (step.do) {
    case 'checkout':
      return checkout(lane, step);
    case 'order':
      return order(lane, step);
    case 'ownPrice':
      return ownPrice(lane);
    case 'repeat':
      return (await lane.repeat()).status > 0;
    case 'payAgain':
      return payAgain(lane, step);
    case 'pay':
      return pay(lane, step);
    case 'cancel':
    case 'sync':
    case 'receive':
    case 'staffClose':
    case 'ship':
      return withOrder(lane, step);
    case 'fault':
      return fault(lane, step);
    case 'mute':
      lane.muted = true;
      await orderFaults(lane, [{ path: 'notify', fault: 'dropNotify' }]);
      return true;
    case 'resend':
      return resend(lane, step);
    case 'forge':
      return forge(lane, step);
    case 'refund':
      return refund(lane, step);
    case 'review':
      return review(lane, step);
    case 'withdraw':
    case 'retry':
    case 'askRefund':
      return withRefund(lane, step);
    case 'decide':
      return decide(lane, step);
    case 'suspense':
      return suspense(lane, step);
  }
}

function basketOf(lane: Lane, { lines, coupon }: Basket): object {
  const quantities = new Map<number, number>();
  for (const { product, quantity } of lines)
    quantities.set(product, (quantities.get(product) ?? 0) + quantity);
  return {
    items: [...quantities].map(([product, quantity]) => ({ productId: lane.goods[product]?.id, quantity })),
    ...(coupon && { couponCode: lane.couponCode }),
  };
}

async function checkout(lane: Lane, step: StepOf<'checkout'>): Promise<boolean> {
  const body = { ...basketOf(lane, step), tradeType: step.tradeType };
  const key = randomUUID();
  const sent = [lane.buyer('/api/v1/checkout', body, key)];
  if (step.twice) sent.push(lane.buyer('/api/v1/checkout', body, key));
  for (const { status, body: answer } of await Promise.all(sent)) {
    if (status === 201) lane.learnOrder(answer);
    // The answer names the order even where WeChat's word is missing.
    else if (typeof answer?.orderId === 'string') await learnById(lane, answer.orderId);
  }
  return true;
}

async function learnById(lane: Lane, id: string): Promise<void> {
  const [row] = await lane.world.database.query<{ orderNo: string; payableFen: string; numbers: string[] }>(
    `SELECT order_no AS "orderNo", payable_fen AS "payableFen",
            ARRAY(SELECT out_trade_no FROM payments WHERE order_id = $1 ORDER BY attempt) AS numbers
     FROM orders WHERE id = $1`,
    [id],
  );
  if (row === undefined || lane.orders.some((each) => each.id === id)) return;
  lane.orders.push({ id, ...row, payableFen: Number(row.payableFen), payParams: undefined, paid: [] });
}

async function order(lane: Lane, step: StepOf<'order'>): Promise<boolean> {
  const { status, body } = await lane.buyer('/api/v1/orders', basketOf(lane, step));
  if (status === 201) lane.learnOrder({ order: body });
  return true;
}

/** A client that says what things cost. */
async function ownPrice(lane: Lane): Promise<boolean> {
  const items = [{ productId: lane.goods[0]?.id, quantity: 1, priceFen: 1, unitPriceFen: 1 }];
  const { status, body } = await lane.buyer('/api/v1/checkout', { items });
  if (status === 201) {
    lane.learnOrder(body);
    lane.complaints.push('rule 2: a checkout that names its own price was accepted');
  }
  return true;
}

async function payAgain(lane: Lane, step: StepOf<'payAgain'>): Promise<boolean> {
  const order = lane.order(step.order);
  if (order === undefined) return false;
  const { status, body } = await lane.buyer(`/api/v1/orders/${order.id}/payments`, {
    tradeType: step.tradeType,
  });
  if (status === 201) lane.learnAttempt(order, body.payment, body.payParams);
  return true;
}

/** The phone: pays with what the shop gave it, or by the order's number where the test wants what should not happen. */
async function pay(lane: Lane, { order: index, attempt, how }: StepOf<'pay'>): Promise<boolean> {
  const order = lane.order(index);
  const unpaid = order?.numbers.filter((number) => !order.paid.includes(number)) ?? [];
  const numbers = how === 'forced' && unpaid.length > 0 ? unpaid : (order?.numbers ?? []);
  const outTradeNo = attempt === 'first' ? numbers[0] : numbers.at(-1);
  if (order === undefined || outTradeNo === undefined) return false;
  const asShown = attempt === 'last' && how === 'exact' && order.payParams !== undefined;
  const request = {
    ...(asShown ? { payParams: order.payParams } : { outTradeNo, mchId: lane.customer.account.mchId }),
    ...(how === 'wrongAmount' && { totalFen: order.payableFen + 7 }),
    ...(how === 'coupon' && { couponFee: Math.floor(order.payableFen / 3) }),
    ...(how === 'forced' && { force: true }),
    ...(how === 'error' && { result: 'PAYERROR' }),
  };
  const { status, body } = await lane.control('POST', '/_sim/pay', request);
  if (status === 200 && typeof body.transactionId === 'string') {
    lane.transactionIds.push(body.transactionId);
    order.paid.push(outTradeNo ?? '');
  }
  if (status === 400 && body.code === 'BAD_PAY_PARAMS')
    lane.complaints.push(`the cashier does not open: ${body.message}`);
  return status === 200;
}

async function withOrder(
  lane: Lane,
  { do: what, order: index }: StepOf<'cancel' | 'sync' | 'receive' | 'staffClose' | 'ship'>,
): Promise<boolean> {
  const order = what === 'ship' || what === 'receive' ? lane.paidOrder(index) : lane.order(index);
  if (order === undefined) return false;
  if (what === 'staffClose') await lane.staff('finance', `/orders/${order.id}/close`);
  else if (what === 'ship')
    await lane.staff('support', `/orders/${order.id}/shipment`, { logisticsType: 'SELF_PICKUP' });
  else await lane.buyer(`/api/v1/orders/${order.id}/${what === 'receive' ? 'receipt' : what}`);
  return true;
}

async function fault(lane: Lane, { call, fault: index, count }: StepOf<'fault'>): Promise<boolean> {
  const faults = call === 'notify' ? NOTIFY_FAULTS : CALL_FAULTS;
  const api = lane.customer.account.id === 'v3' ? 'v3' : 'v2';
  await orderFaults(lane, [
    { path: PATHS[api][call], fault: faults[index % faults.length] ?? faults[0], count, ms: HELD_MS },
  ]);
  return true;
}

/** Trouble for this history alone. */
async function orderFaults(
  lane: Lane,
  faults: { path: string; fault: string; count?: number; ms?: number }[],
): Promise<void> {
  const about = lane.names;
  const { status, body } = await lane.control(
    'POST',
    '/_sim/faults',
    faults.map((each) => ({ ...each, about })),
  );
  if (status !== 200) throw new Error(`the fault is refused: ${JSON.stringify(body)}`);
}

/** What WeChat has told once already, in any order. */
async function resend(lane: Lane, { times }: StepOf<'resend'>): Promise<boolean> {
  const number = lane.order(0)?.numbers.at(-1);
  if (number === undefined) return false;
  const { body } = await lane.control('GET', `/_sim/notifications?outTradeNo=${number}`);
  const ids = (body.items as { id: string }[]).map(({ id }) => id).toReversed();
  const sent = Array.from({ length: times }, () => ids).flat();
  await Promise.all(sent.map((id) => lane.control('POST', `/_sim/notifications/${id}/resend`)));
  return ids.length > 0;
}

async function refund(lane: Lane, step: StepOf<'refund'>): Promise<boolean> {
  const order = lane.paidOrder(step.order);
  if (order === undefined) return false;
  const body = {
    // Without an amount everything that is refundable is meant.
    ...(step.quarters !== 4 && { amountFen: Math.ceil((order.payableFen * step.quarters) / 4) }),
    reason: '不想要了',
    ...(step.stale && { expectedRefundableFen: order.payableFen + 1 }),
  };
  const ask = (): Promise<Reply> =>
    step.by === 'buyer'
      ? lane.buyer(`/api/v1/orders/${order.id}/refunds`, body)
      : lane.staff('finance', `/orders/${order.id}/refunds`, body);
  const replies = await Promise.all(Array.from({ length: step.times }, ask));
  const ids = replies.flatMap(({ status, body }) => (status === 201 ? [String(body.id)] : []));
  for (const id of ids) lane.learnRefund(id);
  if (step.stale && ids.length > 0) lane.complaints.push('a refund with a stale expectation was accepted');
  if (step.approved) await Promise.all(ids.map((id) => lane.staff('owner', `/refunds/${id}/approve`)));
  return ids.length > 0;
}

async function review(lane: Lane, step: StepOf<'review'>): Promise<boolean> {
  const id = lane.refund(step.refund);
  if (id === undefined) return false;
  const body = step.say === 'approve' ? { restock: step.restock } : { reason: '已发货' };
  const { status } = await lane.staff(step.by, `/refunds/${id}/${step.say}`, body);
  if (status === 200 && step.by === 'support') lane.complaints.push('SUPPORT decided a refund');
  return status === 200;
}

async function withRefund(
  lane: Lane,
  { do: what, refund: index }: StepOf<'withdraw' | 'retry' | 'askRefund'>,
): Promise<boolean> {
  const id = lane.refund(index);
  if (id === undefined) return false;
  const { status } =
    what === 'withdraw'
      ? await lane.buyer(`/api/v1/refunds/${id}/withdraw`)
      : await lane.staff('finance', `/refunds/${id}/${what === 'retry' ? 'retry' : 'sync'}`);
  return status === 200;
}

/** The bank's word on a refund, sooner or other than WeChat would say by itself. */
async function decide(lane: Lane, { refund: index, state }: StepOf<'decide'>): Promise<boolean> {
  const numbers = lane.orders.flatMap((order) => order.numbers);
  const lists = await Promise.all(
    numbers.map((number) => lane.control('GET', `/_sim/refunds?outTradeNo=${number}`)),
  );
  const ids = lists.flatMap(({ body }) =>
    (body.items as { refundId: string }[]).map((each) => each.refundId),
  );
  const id = ids[ids.length - 1 - index] ?? ids.at(-1);
  if (id === undefined) return false;
  return (await lane.control('POST', `/_sim/refunds/${id}`, { status: state })).status === 200;
}

async function suspense(lane: Lane, { say }: StepOf<'suspense'>): Promise<boolean> {
  const [item] = await lane.world.database.query<{ id: string }>(
    `SELECT id FROM suspense_items WHERE order_id = ANY ($1::uuid[]) ORDER BY created_at DESC LIMIT 1`,
    [lane.orders.map(({ id }) => id)],
  );
  if (item === undefined) return false;
  const body = say === 'accept' ? { note: '顾客同意' } : undefined;
  return (await lane.staff('finance', `/suspense/${item.id}/${say}`, body)).status === 200;
}
