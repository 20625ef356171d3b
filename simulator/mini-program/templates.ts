/** A subscribe-message template of the mini-program: its id and the keywords it has. */
export interface Template {
  id: string;
  title: string;
  /** Name of the keyword to what it says. */
  keywords: Readonly<Record<string, string>>;
  /** How the shop's settings call it, and what each keyword shall carry there. */
  setting: readonly [name: string, sources: readonly string[]];
}

export const TEMPLATES: readonly Template[] = [
  template(
    'paid',
    '支付成功通知',
    { character_string1: '订单编号', thing2: '商品名称', amount3: '支付金额', time4: '支付时间' },
    ['ORDER_PAID', ['orderNo', 'items', 'amount', 'time']],
  ),
  template(
    'shipped',
    '订单发货通知',
    { character_string1: '订单编号', thing2: '快递公司', character_string3: '快递单号', time4: '发货时间' },
    ['ORDER_SHIPPED', ['orderNo', 'carrier', 'trackingNo', 'time']],
  ),
  template(
    'refundDecided',
    '退款审核通知',
    { character_string1: '订单编号', amount2: '退款金额', phrase3: '审核结果', thing4: '备注' },
    ['REFUND_DECIDED', ['orderNo', 'amount', 'result', 'note']],
  ),
  template(
    'refundReturned',
    '退款到账通知',
    { character_string1: '订单编号', amount2: '退款金额', time3: '到账时间', thing4: '商品名称' },
    ['REFUND_RETURNED', ['orderNo', 'amount', 'time', 'items']],
  ),
  template(
    'newOrder',
    '新订单提醒',
    { character_string1: '订单编号', thing2: '商品名称', amount3: '订单金额', time4: '下单时间' },
    ['STAFF_NEW_ORDER', ['orderNo', 'items', 'amount', 'time']],
  ),
  template(
    'refundAsked',
    '退款申请提醒',
    { character_string1: '订单编号', amount2: '退款金额', thing3: '退款原因', time4: '申请时间' },
    ['STAFF_REFUND_ASKED', ['orderNo', 'amount', 'reason', 'time']],
  ),
  template(
    'reconciliation',
    '对账结果提醒',
    { character_string1: '账单日期', phrase2: '对账结果', number3: '差异笔数', time4: '完成时间' },
    ['STAFF_RECONCILIATION', ['day', 'result', 'differences', 'time']],
  ),
];

function template(
  name: string,
  title: string,
  keywords: Template['keywords'],
  setting: Template['setting'],
): Template {
  return { id: `sim-${name}-`.padEnd(43, 'T'), title, keywords, setting };
}

/** `WECHAT_TEMPLATE_…` for merchant.env: the id, then which keyword carries what. */
export function templateSettings(): Record<string, string> {
  return Object.fromEntries(
    TEMPLATES.map(({ id, keywords, setting: [name, sources] }) => {
      const pairs = Object.keys(keywords).map((keyword, index) => `${keyword}=${sources[index]}`);
      return [`WECHAT_TEMPLATE_${name}`, `${id}:${pairs.join(',')}`];
    }),
  );
}
