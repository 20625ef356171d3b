import { randomUUID } from 'node:crypto';
import type { Collection } from '../state/collection.js';
import type { Fault, Faults } from '../state/faults.js';
import { hold } from '../state/hold.js';
import type { SimClock } from '../state/sim-clock.js';
import type { SimTimers } from '../state/sim-timers.js';
import { readXml } from '../v2/xml.js';
import type { CallbackSigner } from '../v3/callback-signer.js';
import type { SignatureKind } from '../v3/signature.js';
import { RETRY_AFTER_SECONDS, type Attempt, type Notification } from './notification.js';
import { ANSWER_WITHIN_MS, NoAnswer, type MerchantAnswer, type MerchantLine } from './merchant-line.js';
import { spoiltBody } from './spoilt-body.js';

export type NewNotification = Pick<
  Notification,
  'kind' | 'mchId' | 'outTradeNo' | 'outRefundNo' | 'url' | 'protocol' | 'contentType' | 'body'
>;

/** What came of posting once. */
type Result = Pick<Attempt, 'outcome' | 'requestBody' | 'signature' | 'status' | 'answerBody' | 'error'>;

/** Delivers notifications by WeChat's schedule and keeps every attempt. */
export class Deliveries {
  constructor(
    private readonly rows: Collection<Notification>,
    private readonly clock: SimClock,
    private readonly timers: SimTimers,
    private readonly faults: Faults,
    private readonly line: MerchantLine,
    private readonly signer: CallbackSigner,
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
    const fault = this.faults.forDelivery(notification.url);
    const lines = fault?.fault === 'duplicateNotify' ? [1, 2] : [1];
    const probes =
      !fault && this.isProbeDue(notification) ? [await this.probe(notification, at, resend)] : [];
    const deliver = (): Promise<Result> => this.deliver(notification, fault);
    const attempts = await Promise.all(lines.map(() => this.timed(at, resend, deliver)));
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
    const seconds = RETRY_AFTER_SECONDS[notification.scheduledAttempts];
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

  private isProbeDue({ protocol, mchId }: Notification): boolean {
    return protocol === 'v3' && this.signer.isProbeDue(mchId);
  }

  /** The same message with a signature that must not pass; the true one follows whatever the answer. */
  private async probe(notification: Notification, at: number, resend: boolean): Promise<Attempt> {
    const attempt = await this.timed(at, resend, () => this.post(notification, notification.body, 'probe'));
    const { status, outcome } = attempt;
    if (status === undefined) return { ...attempt, kind: 'probe', outcome };
    return { ...attempt, kind: 'probe', outcome: status < 300 ? 'probeAccepted' : 'probeRefused' };
  }

  private async timed(at: number, resend: boolean, send: () => Promise<Result>): Promise<Attempt> {
    const sentAt = this.clock.now();
    const started = performance.now();
    const result = await send();
    const durationMs = Math.round(performance.now() - started);
    return { kind: 'delivery', at, sentAt, resend, durationMs, ...result };
  }

  private async deliver(notification: Notification, fault: Fault | undefined): Promise<Result> {
    const { body } = notification;
    if (!fault) return this.post(notification, body);
    switch (fault.fault) {
      case 'dropNotify':
        return { outcome: 'dropped' };
      case 'timeout':
        await hold(Math.min(fault.ms, ANSWER_WITHIN_MS), this.stopping);
        return { outcome: 'timeout' };
      case 'slow':
        await hold(fault.ms, this.stopping);
        return this.post(notification, body);
      case 'badSignature':
        return this.forge(notification);
      // The merchant decides and answers, but the answer never arrives here.
      case 'processedThenTimeout':
        return { ...(await this.post(notification, body)), outcome: 'timeout' };
      case 'reset':
        return { ...(await this.post(notification, body)), outcome: 'reset' };
      default:
        return this.post(notification, body);
    }
  }

  /** As somebody would send it who lacks the key. */
  private async forge(notification: Notification): Promise<Result> {
    const { protocol, body } = notification;
    if (protocol === 'v3') return this.post(notification, body, 'wrong');
    return { ...(await this.post(notification, spoiltBody(body))), requestBody: spoiltBody(body) };
  }

  private async post(
    notification: Notification,
    body: string,
    kind: SignatureKind = 'genuine',
  ): Promise<Result> {
    const { protocol, mchId } = notification;
    const signature = protocol === 'v3' ? this.signer.headers(mchId, body, kind) : undefined;
    // As captured from WeChat (protocol notes §1.12).
    const headers = {
      'content-type': notification.contentType,
      'user-agent': 'Mozilla/4.0',
      accept: '*/*',
      pragma: 'no-cache',
      ...signature,
    };
    try {
      const answer = await this.line.post(notification.url, headers, body);
      return {
        ...(signature && { signature }),
        outcome: saysSuccess(answer, protocol) ? 'delivered' : 'rejected',
        status: answer.status,
        answerBody: answer.body,
      };
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      return { ...(signature && { signature }), outcome: error.reason, error: error.message };
    }
  }
}

function saysSuccess(answer: MerchantAnswer, protocol: Notification['protocol']): boolean {
  if (protocol === 'v3') return answer.status === 200 || answer.status === 204;
  if (answer.status !== 200) return false;
  try {
    return readXml(Buffer.from(answer.body))['return_code'] === 'SUCCESS';
  } catch {
    return false;
  }
}
