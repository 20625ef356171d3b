import { z } from 'zod';
import type { PushedMessage } from './push-message.js';

/** What WeChat tells about one template and one user (protocol §3.3). */
export interface SubscriptionChange {
  templateId: string;
  /** He answered the question, switched the message on or off in his settings, or a message did not reach him. */
  change: 'accepted' | 'rejected' | 'switchedOn' | 'switchedOff' | 'notSent';
}

const text = z.union([z.string(), z.number()]).transform(String);
const entrySchema = z.object({
  TemplateId: text,
  SubscribeStatusString: text.optional(),
  ErrorCode: text.optional(),
});
const EVENTS = {
  subscribe_msg_popup_event: { element: 'SubscribeMsgPopupEvent', yes: 'accepted', no: 'rejected' },
  subscribe_msg_change_event: { element: 'SubscribeMsgChangeEvent', yes: 'switchedOn', no: 'switchedOff' },
  subscribe_msg_sent_event: { element: 'SubscribeMsgSentEvent', yes: undefined, no: 'notSent' },
} as const;

export type SubscriptionEvent = keyof typeof EVENTS;

export function isSubscriptionEvent(event: string): event is SubscriptionEvent {
  return Object.hasOwn(EVENTS, event);
}

/** Reads the list of a subscription event: in XML below an element of its own, in JSON at the top, one entry or several. */
export function readSubscriptionEvent(
  { fields }: PushedMessage,
  event: SubscriptionEvent,
): SubscriptionChange[] {
  const { element, yes, no } = EVENTS[event];
  const list: unknown = ((fields[element] ?? fields) as Record<string, unknown>)['List'];
  return (Array.isArray(list) ? (list as unknown[]) : [list]).flatMap((entry) => {
    const read = entrySchema.safeParse(entry);
    if (!read.success) return [];
    const { TemplateId: templateId, SubscribeStatusString: status, ErrorCode: code } = read.data;
    const change = status === 'accept' || code === '0' ? yes : no;
    return change === undefined ? [] : [{ templateId, change }];
  });
}
