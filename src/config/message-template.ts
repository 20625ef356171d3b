/** What a keyword of a template may carry, and of which kind the value is. */
const MESSAGE_SOURCES = {
  orderNo: 'text',
  refundNo: 'text',
  /** Names of the goods. */
  items: 'text',
  amount: 'fen',
  time: 'time',
  carrier: 'text',
  trackingNo: 'text',
  /** Of a refund's review. */
  result: 'text',
  note: 'text',
  reason: 'text',
  /** Of a day's comparison with WeChat's bills. */
  day: 'text',
  differences: 'text',
} as const;
export type MessageSource = keyof typeof MESSAGE_SOURCES;

/** The messages there are, with what each can say. Setting: `WECHAT_TEMPLATE_<name>`. */
export const MESSAGES = {
  ORDER_PAID: ['orderNo', 'items', 'amount', 'time'],
  ORDER_SHIPPED: ['orderNo', 'items', 'carrier', 'trackingNo', 'time'],
  REFUND_DECIDED: ['orderNo', 'refundNo', 'items', 'amount', 'result', 'note', 'reason', 'time'],
  REFUND_RETURNED: ['orderNo', 'refundNo', 'items', 'amount', 'reason', 'time'],
  STAFF_NEW_ORDER: ['orderNo', 'items', 'amount', 'time'],
  STAFF_REFUND_ASKED: ['orderNo', 'refundNo', 'items', 'amount', 'reason', 'time'],
  STAFF_RECONCILIATION: ['day', 'result', 'differences', 'time'],
} as const satisfies Record<string, readonly MessageSource[]>;
export type MessageName = keyof typeof MESSAGES;

/** The kinds of keywords WeChat has (protocol §3.3); a keyword is one of them with a number. */
export const KEYWORD_KINDS = [
  'thing',
  'number',
  'letter',
  'symbol',
  'character_string',
  'time',
  'date',
  'amount',
  'phone_number',
  'car_number',
  'name',
  'phrase',
] as const;
export type KeywordKind = (typeof KEYWORD_KINDS)[number];

export interface Keyword {
  /** e.g. `thing2` */
  name: string;
  kind: KeywordKind;
  /** Says the same in every message when it is a literal. */
  source: MessageSource | { literal: string };
}

export interface MessageTemplate {
  id: string;
  keywords: readonly Keyword[];
}

const TEMPLATE = /^([\w-]{8,64}):(.+)$/;
const PAIR = /^([a-z_]+)(\d{1,2})=(?:"([^"]{1,64})"|(\w+))$/;

/**
 * Reads `<template id>:<keyword>=<source>,…`, e.g. `x9Q…:character_string1=orderNo,thing2=items,thing3="感谢惠顾"`.
 * @returns undefined when it is not that, or a keyword cannot carry its source (an amount no order number)
 */
export function readMessageTemplate(message: MessageName, setting: string): MessageTemplate | undefined {
  const [, id, pairs] = TEMPLATE.exec(setting) ?? [];
  if (id === undefined || pairs === undefined) return undefined;
  const keywords: Keyword[] = [];
  for (const pair of pairs.split(',')) {
    const [, kindName, number, literal, sourceName] = PAIR.exec(pair.trim()) ?? [];
    const kind = KEYWORD_KINDS.find((each) => each === kindName);
    const source = MESSAGES[message].find((each) => each === sourceName);
    const carried = literal === undefined ? source : { literal };
    if (kind === undefined || carried === undefined || !fits(kind, carried)) return undefined;
    keywords.push({ name: `${kind}${number}`, kind, source: carried });
  }
  const isTwice = new Set(keywords.map(({ name }) => name)).size < keywords.length;
  return isTwice ? undefined : { id, keywords };
}

function fits(kind: KeywordKind, source: Keyword['source']): boolean {
  const type = typeof source === 'object' ? 'text' : MESSAGE_SOURCES[source];
  if (kind === 'amount') return type === 'fen';
  if (kind === 'time' || kind === 'date') return type === 'time';
  return kind === 'thing' || kind === 'number' || type === 'text';
}
