import type { WordList } from '../word-list.ts';

/** What a difference means and what to do about it; the facts of both sides. */
export const differenceWords = {
  'differenceHint.PAYMENT_MISSING_HERE': [
    '微信收到了这笔付款，我方没有。先点“重新对账”或向微信查询；仍然没有时，可能来自共用商户号的其他系统。',
    'WeChat has this payment, we do not. Reconcile again; if it stays, another system may share the merchant number.',
  ],
  'differenceHint.PAYMENT_MISSING_AT_WECHAT': [
    '我方记了这笔付款，微信账单里没有。请在订单页向微信查询，并在商户平台核对，确认之前不要发货。',
    'We have this payment, WeChat’s bill does not. Ask WeChat on the order’s page and look into the merchant platform before anything is shipped.',
  ],
  'differenceHint.REFUND_MISSING_HERE': [
    '微信退了这笔款，我方没有记录：多半是在商户平台手工退的。请核对后写明原因。',
    'WeChat refunded this, we know nothing of it: probably made by hand in the merchant platform. Check it and write down why.',
  ],
  'differenceHint.REFUND_MISSING_AT_WECHAT': [
    '我方记了这笔退款，微信账单里没有。请打开退款向微信查询，确认买家是否收到。',
    'We have this refund, WeChat’s bill does not. Open it, ask WeChat, and make sure that the buyer has the money.',
  ],
  'differenceHint.AMOUNT': [
    '同一笔交易两边金额不同（见红色的行）。请在商户平台核对实际金额，再决定更正哪一边。',
    'Both sides have it with other amounts (red lines). Check the true one in the merchant platform, then decide which side is corrected.',
  ],
  'differenceHint.STATE': [
    '两边状态不同（见红色的行）。请向微信查询这笔交易，通常会自动更正。',
    'The states differ (red lines). Ask WeChat about it; that usually mends it.',
  ],
  'differenceHint.FEE': [
    '微信收取的手续费与费率或已记账的金额不一致。请核对费率，差额可向微信支付客服提出。',
    'The fee is not what the rate says, or not what was booked. Check the rate; WeChat’s support answers for the rest.',
  ],
  'differenceHint.DUPLICATE': [
    '同一笔交易在账单里出现多次，账上只记一次。请在商户平台确认钱只收到一次。',
    'The bill has this line more than once; it is booked once. Make sure in the merchant platform that it was paid once.',
  ],
  'differenceHint.CROSS_DAY': [
    '发生在午夜前后，可能出现在次日账单里；次日对账后自动消失或转为差异。',
    'It happened around midnight and may be in the next day’s bill; that day’s run decides.',
  ],
  'differenceHint.TOTALS': [
    '账单的明细与它自己的合计对不上，或资金账单与交易账单不一致。请重新下载账单，仍不一致时联系微信支付客服。',
    'The bill’s lines do not add up to its own totals, or the fund flow disagrees. Fetch it again; then ask WeChat’s support.',
  ],
  'fact.amountFen': ['金额', 'Amount'],
  'fact.settlementFen': ['结算金额', 'Settlement'],
  'fact.feeMilliFen': ['手续费', 'Fee'],
  'fact.bookedFeeFen': ['已记手续费', 'Booked fee'],
  'fact.state': ['状态', 'State'],
  'fact.at': ['时间', 'Time'],
  'fact.outTradeNo': ['商户单号', 'out_trade_no'],
  'fact.transactionId': ['微信交易号', 'WeChat’s transaction'],
  'fact.outRefundNo': ['退款单号', 'Refund'],
  'fact.refundId': ['微信退款单号', 'WeChat’s refund'],
  'fact.copies': ['出现次数', 'Times in the bill'],
  'fact.counted': ['逐笔相加', 'Counted'],
  'fact.said': ['账单写明', 'As the bill says'],
  'fact.record': ['我方记录', 'Our record'],
  'record.payment': ['打开订单', 'Open the order'],
  'record.refund': ['打开退款', 'Open the refund'],
  'record.suspense': ['打开待处理款项', 'Open the money in suspense'],
} as const satisfies WordList;
