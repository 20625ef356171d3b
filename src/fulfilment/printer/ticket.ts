import { z } from 'zod';
import { toBeijingIso } from '../../common/time/beijing-time.js';
import { yuanDigits } from '../../common/yuan.js';
import type { OrderItem } from '../../order/order-item.entity.js';
import type { Order } from '../../order/order.entity.js';
import { COLUMNS, columns, pair, printable, wrap } from './ticket-text.js';

/** Large letters are twice as wide: a line has half the columns. */
const LARGE_COLUMNS = COLUMNS / 2;
const RULE = '-'.repeat(COLUMNS);
const NAME_COLUMNS = 18;
const MOST_NAME_LINES = 3;

const lineSchema = z.object({ text: z.string(), style: z.enum(['plain', 'large', 'title']) });
export type TicketLine = z.infer<typeof lineSchema>;

/** A ticket before any printer's own language: `items` may be shortened when a cloud takes less. */
export const ticketSchema = z.object({
  head: z.array(lineSchema),
  items: z.array(z.array(lineSchema)),
  foot: z.array(lineSchema),
});
export type Ticket = z.infer<typeof ticketSchema>;

export type TicketOrder = Pick<
  Order,
  'orderNo' | 'totalFen' | 'discountFen' | 'paidFen' | 'paidAt' | 'address' | 'attach'
>;
export type TicketItem = Pick<OrderItem, 'name' | 'quantity' | 'unitPriceFen'>;

/**
 * The ticket of a paid order: what to pack, what was paid, where it goes.
 * @param title e.g. 新订单, or 补打 for one printed by hand
 */
export function orderTicket(title: string, order: TicketOrder, items: readonly TicketItem[]): Ticket {
  const { orderNo, totalFen, discountFen, paidFen, paidAt, address, attach } = order;
  const pieces = items.reduce((sum, { quantity }) => sum + quantity, 0);
  return {
    head: [
      line(title, 'title'),
      ...plain(wrap(`订单号 ${orderNo}`)),
      ...plain(paidAt === null ? [] : [`支付   ${readable(paidAt)}`]),
      line(RULE),
      ...plain(pair('商品', '数量     金额')),
      line(RULE),
    ],
    items: items.map((item) => plain(itemLines(item))),
    foot: [
      line(RULE),
      ...plain(pair(`共 ${pieces} 件`, yuanDigits(totalFen))),
      ...plain(discountFen > 0 ? pair('优惠', `-${yuanDigits(discountFen)}`) : []),
      ...pair('实付', yuanDigits(paidFen), LARGE_COLUMNS).map((text) => line(text, 'large')),
      ...addressLines(address),
      ...plain(attach === null ? [] : wrap(`备注 ${printable(attach)}`)),
    ],
  };
}

/** The same ticket with a notice on top. */
export function withNotice(ticket: Ticket, text: string): Ticket {
  return { ...ticket, head: [...plain(wrap(printable(text))), ...ticket.head] };
}

/** Without the last items, and a line that says how many are missing. */
export function shortened(ticket: Ticket, keep: number): Ticket {
  const missing = ticket.items.length - keep;
  if (missing <= 0) return ticket;
  return {
    ...ticket,
    items: [...ticket.items.slice(0, keep), plain([`另有 ${missing} 种商品未打印，请看后台`])],
  };
}

/** The name beside its numbers when it is short, above them when it is not. */
function itemLines({ name, quantity, unitPriceFen }: TicketItem): string[] {
  const [shown, numbers] = [
    printable(name),
    `x${quantity}${yuanDigits(unitPriceFen * quantity).padStart(9)}`,
  ];
  if (columns(shown) <= NAME_COLUMNS) return pair(shown, numbers);
  return [...wrap(shown).slice(0, MOST_NAME_LINES), ...pair('', numbers)];
}

function addressLines(address: Order['address']): TicketLine[] {
  if (address === null) return [];
  const { name, phone, province, city, district, detail } = address;
  const region = province === city ? [city, district] : [province, city, district];
  return [
    line(RULE),
    ...wrap(printable(`${name} ${phone}`), LARGE_COLUMNS).map((text) => line(text, 'large')),
    ...plain(wrap(printable(`${region.join('')}${detail}`))),
  ];
}

/** `2026-11-21 20:05:00`, UTC+8. */
function readable(time: Date): string {
  return toBeijingIso(time).slice(0, 19).replace('T', ' ');
}

function line(text: string, style: TicketLine['style'] = 'plain'): TicketLine {
  return { text, style };
}

function plain(lines: readonly string[]): TicketLine[] {
  return lines.map((text) => line(text));
}
