import { toBeijingIso } from '../../common/time/beijing-time.js';
import type { TimelineEventView } from './staff-order.schema.js';

export interface TimelineEvent extends Omit<TimelineEventView, 'at'> {
  at: Date;
}

export function timelineEvent(
  at: Date,
  actor: TimelineEvent['actor'],
  event: string,
  words: string,
  data: Record<string, unknown> = {},
): TimelineEvent {
  return { at, actor, event, words, data };
}

/**
 * WeChat counts whole seconds, so its time may lie a moment before what it answers to; the event then stands where its
 * cause stands, and the story stays in order.
 */
export function notBefore(at: Date, cause: Date): Date {
  return at < cause ? cause : at;
}

/** Merges the events of all sources in time order; at the same moment, the order in which they are given stays. */
export function mergeTimeline(events: readonly TimelineEvent[]): TimelineEventView[] {
  return events
    .toSorted((a, b) => a.at.getTime() - b.at.getTime())
    .map((event) => ({ ...event, at: toBeijingIso(event.at) }));
}
