import { FEED_KEPT_MS } from '../../jobs/feed.js';

/** A place in the feed: after this transaction's row `seq`. `saidAt` is when it was given out, in seconds of wall time. */
export interface FeedCursor {
  xid: string;
  seq: string;
  saidAt: number;
}

const FORM = /^(\d{1,20})-(\d{1,19})-(\d{1,12})$/;

export function encodeFeedCursor({ xid, seq, saidAt }: FeedCursor): string {
  return `${xid}-${seq}-${saidAt}`;
}

/** @returns undefined when it is none of ours, or older than what the feed keeps */
export function decodeFeedCursor(text: string | undefined, now: Date): FeedCursor | undefined {
  const [, xid, seq, saidAt] = FORM.exec(text ?? '') ?? [];
  if (xid === undefined || seq === undefined || saidAt === undefined) return undefined;
  const age = now.getTime() - Number(saidAt) * 1000;
  return age < FEED_KEPT_MS ? { xid, seq, saidAt: Number(saidAt) } : undefined;
}
