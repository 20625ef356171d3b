import type { Collection } from '../state/collection.js';
import type { SimClock } from '../state/sim-clock.js';

export type Consent = 'accept' | 'reject' | 'ban';

/** What one user allows of one template. */
export interface Subscription {
  openid: string;
  templateId: string;
  /** How many messages he still gets: each tap on "allow" grants one. */
  remaining: number;
  /** He turned the message off. */
  banned: boolean;
}

/** A message that reached its user. */
export interface SentMessage {
  id: string;
  openid: string;
  templateId: string;
  page?: string;
  /** Keyword to value. */
  data: Record<string, string>;
  /** ms on the simulator's clock */
  sentAt: number;
}

/** Who wants which subscribe messages, and what was sent (protocol notes §3.3). */
export class Subscriptions {
  constructor(
    private readonly rows: Collection<Subscription>,
    private readonly sent: Collection<SentMessage>,
    private readonly clock: SimClock,
  ) {}

  /** The user's answer to wx.requestSubscribeMessage. */
  answer(openid: string, templateId: string, consent: Consent, times: number): Subscription {
    const { remaining } = this.of(openid, templateId);
    return this.rows.set(`${openid}/${templateId}`, {
      openid,
      templateId,
      remaining: consent === 'accept' ? remaining + times : remaining,
      banned: consent === 'ban',
    });
  }

  /** Why it cannot be sent, as errcode; undefined when it was. */
  send(message: Omit<SentMessage, 'id' | 'sentAt'>): SentMessage | number {
    const subscription = this.of(message.openid, message.templateId);
    if (subscription.banned) return 43107;
    if (subscription.remaining < 1) return 43101;
    this.rows.set(`${message.openid}/${message.templateId}`, {
      ...subscription,
      remaining: subscription.remaining - 1,
    });
    const id = String(3_000_000_000_000_000 + this.sent.all().length);
    return this.sent.set(id, { id, ...message, sentAt: this.clock.now() });
  }

  messages(): SentMessage[] {
    return this.sent.all();
  }

  forgetAll(): void {
    this.rows.clear();
    this.sent.clear();
  }

  private of(openid: string, templateId: string): Subscription {
    const none = { openid, templateId, remaining: 0, banned: false };
    return this.rows.get(`${openid}/${templateId}`) ?? none;
  }
}
