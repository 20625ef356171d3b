/** One money rule of DESIGN §2, broken on purpose in a copy of the compiled program. */
export interface Breakage {
  rule: number;
  /** What is done wrong. */
  what: string;
  /** Other guards that hide it and are taken away with it. */
  alsoRemoved?: string;
  edits: readonly Edit[];
}

/** In a compiled file, below the root: this text, which must stand there once, becomes that text. */
export interface Edit {
  file: string;
  from: string;
  to: string;
}

export const BREAKAGES: readonly Breakage[] = [
  {
    rule: 1,
    what: 'amounts go to API v2 by way of yuan, as a float',
    edits: [
      {
        file: 'src/wxpay/v2/v2.unified-order.js',
        from: 'total_fee: String(request.totalFen)',
        to: 'total_fee: String(Math.floor((request.totalFen / 100) * 100))',
      },
    ],
  },
  {
    rule: 2,
    what: 'a checkout may name its own price',
    alsoRemoved: 'the schema that refuses unknown fields',
    edits: [
      {
        file: 'src/order/order.schema.js',
        from: '.array(z.strictObject({ productId: z.string()',
        to: '.array(z.looseObject({ productId: z.string()',
      },
      {
        file: 'src/order/order-creation.service.js',
        from: 'const lineTotals = pieces.map(({ product, quantity }) => timesFen(product.priceFen, quantity));',
        to: 'const lineTotals = pieces.map(({ product, quantity }, n) => timesFen(wanted.items[n].priceFen ?? product.priceFen, quantity));',
      },
    ],
  },
  {
    rule: 3,
    what: 'a checkout calls WeChat while its rows are still being committed',
    edits: [
      {
        file: 'src/payment/checkout-commit.service.js',
        from: 'const { marked, placed, ordered } = await transaction(this.dataSource, async (manager) => {',
        to: `const early = (source, work) => new Promise((resolve, reject) => {
            source.transaction(async (manager) => {
                resolve(await work(manager));
                await new Promise((done) => setTimeout(done, 2));
            }).catch(reject);
        });
        const { marked, placed, ordered } = await early(this.dataSource, async (manager) => {`,
      },
    ],
  },
  {
    rule: 4,
    what: 'closing an order asks WeChat while it holds the lock',
    edits: [
      {
        file: 'src/payment/closing.service.js',
        from: 'const attempt = await this.attempts.lockOpen(manager, orderId);',
        to: `const attempt = await this.attempts.lockOpen(manager, orderId);
            if (attempt !== null) await this.wxpay.query(attempt);`,
      },
    ],
  },
  {
    rule: 5,
    what: 'a refund whose outcome is unknown has failed',
    edits: [
      {
        file: 'src/refund/refund-execution.service.js',
        from: 'return this.wait(refund, { code: outcome.reason, message: outcome.message }, true, nextInquiryAfterCall(refund.calls, now));',
        to: 'return this.fail(refund, { code: outcome.reason, message: outcome.message });',
      },
    ],
  },
  {
    rule: 6,
    what: 'the journal is written half a second after the payment, in a transaction of its own',
    edits: [
      {
        file: 'src/payment/settle.service.js',
        from: 'this.ledger.book(manager, [',
        to: '((late) => void setTimeout(() => this.ledger.book(this.coupons.dataSource.manager, late).catch(() => undefined), 500))([',
      },
    ],
  },
  {
    rule: 7,
    what: 'deciding a refund locks the payment before the order',
    edits: [
      {
        file: 'src/refund/locked-refund.js',
        from: 'const rows = await run(manager, LOCK_WITH_ORDER, [ids]);',
        to: `const text = 'SELECT FROM payments p JOIN refunds r ON r.payment_id = p.id WHERE r.id = ANY ($1) FOR UPDATE OF p';
    await run(manager, { name: 'lock-payments-first', text }, [ids]);
    const rows = await run(manager, LOCK_WITH_ORDER, [ids]);`,
      },
    ],
  },
  {
    rule: 8,
    what: 'the signature of a notification of API v2 is not looked at',
    edits: [
      {
        file: 'src/wxpay/v2/v2.notification.js',
        from: 'if (!verifyV2(account.signType, fields, account.apiKeys)) {',
        to: 'if (!fields.has("sign")) {',
      },
    ],
  },
  {
    rule: 9,
    what: 'money that arrives after the order has closed is dropped',
    edits: [
      {
        file: 'src/payment/settle.service.js',
        from: 'decisions.filter(({ verdict }) => isMisplaced(verdict))',
        to: "decisions.filter(({ verdict }) => isMisplaced(verdict) && verdict !== 'LATE')",
      },
    ],
  },
  {
    rule: 10,
    what: 'refunds are asked for without the lock of order and payment',
    edits: [
      {
        file: 'src/refund/refund-request.service.js',
        from: 'const id = (await this.orders.lock(manager, orderId))?.paidByPaymentId ?? null;',
        to: 'const id = (await this.orders.find(orderId))?.paidByPaymentId ?? null;',
      },
      {
        file: 'src/refund/refund-request.service.js',
        from: "{ where: { id }, lock: { mode: 'pessimistic_write' } }",
        to: '{ where: { id } }',
      },
    ],
  },
  {
    rule: 11,
    what: 'the journal forgets what a coupon of WeChat’s has paid',
    alsoRemoved: 'the trigger that refuses a movement which does not sum to zero',
    edits: [
      {
        file: 'src/ledger/ledger.service.js',
        from: '.filter(({ amountFen }) => amountFen !== 0)',
        to: ".filter(({ account, amountFen }) => amountFen !== 0 && account !== 'WECHAT_COUPON_DISCOUNT')",
      },
      {
        file: 'migrations/1763700000005-CreateLedger.js',
        from: 'HAVING sum(amount_fen) <> 0 OR count(*) < 2 LIMIT 1',
        to: 'HAVING false LIMIT 1',
      },
    ],
  },
  {
    rule: 12,
    what: 'the comparison with the bill does not look at amounts',
    edits: [
      {
        file: 'src/reconcile/daily/comparison.js',
        from: "UNION ALL ${COMPARED('AMOUNT', AMOUNT_DIFFERS)}",
        to: '',
      },
    ],
  },
];
