import { shortened, type Ticket, type TicketLine } from './ticket.js';

/** Feie takes at most 5000 bytes (protocol §5.1). */
const MOST_BYTES = 5000;

const STYLES: Record<TicketLine['style'], (text: string) => string> = {
  plain: (text) => `${text}<BR>`,
  large: (text) => `<B>${text}</B><BR>`,
  title: (text) => `<CB>${text}</CB><BR>`,
};

/** The ticket in Feie's tags; the last items are left out when it would be too long. */
export function feieContent(ticket: Ticket): string {
  for (let keep = ticket.items.length; ; keep--) {
    const { head, items, foot } = shortened(ticket, keep);
    const content = `${[...head, ...items.flat(), ...foot].map(({ text, style }) => STYLES[style](text)).join('')}<CUT>`;
    if (Buffer.byteLength(content) <= MOST_BYTES || keep === 0) return content;
  }
}
