import { randomUUID } from 'node:crypto';
import type { Collection } from '../state/collection.js';
import type { Faults } from '../state/faults.js';
import type { SimClock } from '../state/sim-clock.js';
import type { SimTimers } from '../state/sim-timers.js';
import { retryAfterSeconds, type Attempt, type Notification } from './notification.js';
import type { Sender, Sent } from './sender.js';

export type NewNotification = Pick<
  Notification,
  'kind' | 'mchId' | 'outTradeNo' | 'outRefundNo' | 'url' | 'protocol' | 'contentType' | 'body'
>;

/** Delivers notifications by WeChat's schedule and keeps every attempt. */
export class Deliveries {
  constructor(
    private readonly rows: Collection<Notification>,
    private readonly clock: SimClock,
    private readonly timers: SimTimers,
    private readonly faults: Faults,
    private readonly sender: Sender,
    private readonly stopping: AbortSignal,
  ) {
    // What an earlier run left pending goes on where it was.
    for (const notification of rows.all()) this.plan(notification);
  }

  /**
   * Owes the merchant this message since `at` (ms, the simulator's clock: a jump may have passed the moment). The
   * first attempt starts at once, in the background.
   */
  announce(message: NewNotification, at: number): void {
    const notification: Notification = {
      ...message,
      id: randomUUID(),
      createdAt: at,
      status: 'pending',
      scheduledAttempts: 0,
      nextAttemptAt: at,
      attempts: [],
    };
    this.rows.set(notification.id, notification);
    this.plan(notification);
  }

  byId(id: string): Notification | undefined {
    return this.rows.get(id);
  }

  all(): Notification[] {
    return this.rows.all();
  }

  forgetAll(): void {
    this.rows.clear();
  }

  /** Once more, whatever came of it before; the schedule goes on as it was. */
  async resend(notification: Notification): Promise<void> {
    await this.attempt(notification, this.clock.now(), true);
  }

  private plan(notification: Notification): void {
    const at = notification.nextAttemptAt;
    if (at === undefined) return;
    this.timers.at(`notification ${notification.id}`, at, () => this.attempt(notification, at, false));
  }

  private async attempt(notification: Notification, at: number, resend: boolean): Promise<void> {
    const { url, outTradeNo, outRefundNo = '' } = notification;
    const fault = this.faults.forDelivery(url, `${outTradeNo} ${outRefundNo}`);
    const lines = fault?.fault === 'duplicateNotify' ? [1, 2] : [1];
    const isProbed = !fault && this.sender.isProbeDue(notification);
    const probes = isProbed ? [await this.timed(at, resend, () => this.sender.probe(notification))] : [];
    const send = (): Promise<Sent> => this.sender.deliver(notification, fault);
    const attempts = await Promise.all(lines.map(() => this.timed(at, resend, send)));
    // Stopped or reset meanwhile: what is unsaved is tried again after the start, what is forgotten stays forgotten.
    if (this.stopping.aborted || this.rows.get(notification.id) !== notification) return;
    notification.attempts.push(...probes, ...attempts);
    if (attempts.some((each) => each.outcome === 'delivered')) {
      this.conclude(notification, 'delivered');
    } else if (!resend) {
      this.scheduleRetry(notification, at);
    }
    this.rows.set(notification.id, notification);
  }

  private scheduleRetry(notification: Notification, failedAt: number): void {
    const seconds = retryAfterSeconds(notification.protocol, notification.scheduledAttempts);
    notification.scheduledAttempts += 1;
    if (notification.status !== 'pending') return;
    if (seconds === undefined) {
      this.conclude(notification, 'failed');
    } else {
      notification.nextAttemptAt = failedAt + seconds * 1000;
      this.plan(notification);
    }
  }

  private conclude(notification: Notification, status: 'delivered' | 'failed'): void {
    notification.status = status;
    delete notification.nextAttemptAt;
    this.timers.cancel(`notification ${notification.id}`);
  }

  private async timed(at: number, resend: boolean, send: () => Promise<Sent>): Promise<Attempt> {
    const sentAt = this.clock.now();
    const started = performance.now();
    const sent = await send();
    return { at, sentAt, resend, durationMs: Math.round(performance.now() - started), ...sent };
  }
}
