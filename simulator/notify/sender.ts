import type { Fault } from '../state/faults.js';
import { hold } from '../state/hold.js';
import { spoiltUrl } from '../v1/payment-notification.js';
import { readXml } from '../v2/xml.js';
import type { CallbackSigner } from '../v3/callback-signer.js';
import type { SignatureKind } from '../v3/signature.js';
import { ANSWER_WITHIN_MS, NoAnswer, type MerchantAnswer, type MerchantLine } from './merchant-line.js';
import type { Attempt, Notification } from './notification.js';
import { spoiltBody } from './spoilt-body.js';

/** What came of sending once. */
export type Sent = Omit<Attempt, 'at' | 'sentAt' | 'resend' | 'durationMs'>;

/** Sends one notification once: as it is, as a probe, or with the trouble somebody ordered. */
export class Sender {
  constructor(
    private readonly line: MerchantLine,
    private readonly signer: CallbackSigner,
    private readonly stopping: AbortSignal,
  ) {}

  /** Whether WeChat tests this time, before it delivers, if the merchant verifies at all. */
  isProbeDue({ protocol, mchId }: Notification): boolean {
    return protocol === 'v3' && this.signer.isProbeDue(mchId);
  }

  /** The same message with a signature that must not pass. */
  async probe(notification: Notification): Promise<Sent> {
    const sent = await this.post(notification, notification.body, 'probe');
    if (sent.status === undefined) return { ...sent, kind: 'probe' };
    return { ...sent, kind: 'probe', outcome: sent.status < 300 ? 'probeAccepted' : 'probeRefused' };
  }

  async deliver(notification: Notification, fault: Fault | undefined): Promise<Sent> {
    const { body } = notification;
    if (!fault) return this.post(notification, body);
    switch (fault.fault) {
      case 'dropNotify':
        return { kind: 'delivery', outcome: 'dropped' };
      case 'timeout':
        await hold(Math.min(fault.ms, ANSWER_WITHIN_MS), this.stopping);
        return { kind: 'delivery', outcome: 'timeout' };
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
  private async forge(notification: Notification): Promise<Sent> {
    const { protocol, url, body } = notification;
    if (protocol === 'v1') return this.post({ ...notification, url: spoiltUrl(url) }, body);
    if (protocol === 'v3') return this.post(notification, body, 'wrong');
    return { ...(await this.post(notification, spoiltBody(body))), requestBody: spoiltBody(body) };
  }

  private async post(
    { protocol, mchId, url, contentType }: Notification,
    body: string,
    signatureKind: SignatureKind = 'genuine',
  ): Promise<Sent> {
    const signature = protocol === 'v3' ? this.signer.headers(mchId, body, signatureKind) : undefined;
    const sent = { kind: 'delivery' as const, ...(signature && { signature }) };
    // As captured from WeChat (protocol notes §1.12).
    const common = {
      'content-type': contentType,
      'user-agent': 'Mozilla/4.0',
      accept: '*/*',
      pragma: 'no-cache',
    };
    try {
      const answer = await this.line.post(url, { ...common, ...signature }, body);
      const outcome = saysSuccess(answer, protocol) ? 'delivered' : 'rejected';
      return { ...sent, outcome, status: answer.status, answerBody: answer.body };
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      return { ...sent, outcome: error.reason, error: error.message };
    }
  }
}

function saysSuccess(answer: MerchantAnswer, protocol: Notification['protocol']): boolean {
  if (protocol === 'v3') return answer.status === 200 || answer.status === 204;
  if (answer.status !== 200) return false;
  if (protocol === 'v1') return answer.body.trim() === 'success';
  try {
    return readXml(Buffer.from(answer.body))['return_code'] === 'SUCCESS';
  } catch {
    return false;
  }
}
