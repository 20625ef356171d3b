import { randomInt, randomUUID } from 'node:crypto';
import { NoAnswer, type MerchantLine } from '../notify/merchant-line.js';
import type { Collection } from '../state/collection.js';
import type { App } from '../state/merchants.js';
import type { SimClock } from '../state/sim-clock.js';
import type { SimTimers } from '../state/sim-timers.js';
import { fieldOf, pushXml, type PushFields } from './push-body.js';
import { decrypt, encrypt, pushKeysOf, sha1Of, type PushKeys } from './push-crypt.js';

export type PushMode = 'plain' | 'compatible' | 'safe';

/** How the merchant wants its messages, as in WeChat's console. */
export interface PushSettings {
  /** Absent: the message push of the application that the phone page knows. */
  url?: string;
  mode: PushMode;
  format: 'xml' | 'json';
}

export interface PushAttempt {
  /** ms on the simulator's clock */
  at: number;
  /** Absent when there was no answer. */
  status?: number;
  answer?: string;
  error?: string;
}

/** One message or event to the merchant. */
export interface Push {
  id: string;
  fields: PushFields;
  attempts: PushAttempt[];
}

/** What a test may have different from what WeChat would do. */
export interface PushTwist extends Partial<PushSettings> {
  /** The app the encrypted message says it is for. */
  appId?: string;
  spoil?: 'signature' | 'msgSignature' | 'cipher';
}

const TRIES = 3;
const RETRY_AFTER_MS = 5000;
/** Our app's original id. */
const ORIGINAL_ID = 'gh_0123456789ab';
const DEFAULTS: PushSettings = { mode: 'safe', format: 'xml' };

/** WeChat's messages and events to the merchant's server (protocol notes §3.5). */
export class MessagePush {
  /** Where the phone page finds the application. */
  appUrl: string | undefined;

  constructor(
    private readonly settings: Collection<PushSettings>,
    private readonly pushes: Collection<Push>,
    private readonly clock: SimClock,
    private readonly timers: SimTimers,
    private readonly line: MerchantLine,
  ) {}

  get current(): PushSettings {
    return this.settings.get('settings') ?? DEFAULTS;
  }

  change(changes: Partial<PushSettings>): PushSettings {
    return this.settings.set('settings', { ...this.current, ...changes });
  }

  all(): Push[] {
    return this.pushes.all();
  }

  forgetAll(): void {
    this.settings.clear();
    this.pushes.clear();
  }

  /** The fields every message has. @param openid of the user, or WeChat's own for its events */
  envelope(openid: string, type: 'text' | 'event'): PushFields {
    return {
      ToUserName: ORIGINAL_ID,
      FromUserName: openid,
      CreateTime: Math.floor(this.clock.now() / 1000),
      MsgType: type,
    };
  }

  /** Sends once; `answer` is what the user would read. */
  async send(app: App, fields: PushFields, twist: PushTwist = {}): Promise<PushAttempt & { reply?: string }> {
    const { attempt, reply } = await this.post(app, fields, twist);
    const push = { id: randomUUID(), fields, attempts: [attempt] };
    this.pushes.set(push.id, push);
    return { ...attempt, ...(reply !== undefined && { reply }) };
  }

  /** Owes the merchant this event: up to three tries, five seconds apart, in the background. */
  announce(app: App, fields: PushFields): void {
    const push: Push = { id: randomUUID(), fields, attempts: [] };
    this.pushes.set(push.id, push);
    this.plan(app, push, this.clock.now());
  }

  private plan(app: App, push: Push, at: number): void {
    this.timers.at(`push ${push.id}`, at, async () => {
      if (!this.address({})) return;
      const { attempt } = await this.post(app, push.fields, {});
      if (this.pushes.get(push.id) !== push) return;
      push.attempts.push(attempt);
      this.pushes.set(push.id, push);
      if (attempt.status !== 200 && push.attempts.length < TRIES) this.plan(app, push, at + RETRY_AFTER_MS);
    });
  }

  private address({ url }: PushTwist): string | undefined {
    const ownUrl = this.appUrl && new URL('/notify/wechat/message', this.appUrl).href;
    return url ?? this.current.url ?? ownUrl;
  }

  private async post(
    app: App,
    fields: PushFields,
    twist: PushTwist,
  ): Promise<{ attempt: PushAttempt; reply?: string }> {
    const { mode, format, spoil, appId = app.appId } = { ...this.current, ...twist };
    const address = this.address(twist);
    const at = this.clock.now();
    if (!address) return { attempt: { at, error: 'no address is set' } };
    const keys = pushKeysOf(app);
    const timestamp = String(Math.floor(at / 1000));
    const nonce = String(randomInt(1e8, 1e9));
    const write = (content: PushFields): string =>
      format === 'json' ? JSON.stringify(content) : pushXml(content);
    const url = new URL(address);
    url.search = new URLSearchParams({ timestamp, nonce }).toString();
    const spoilt = (name: typeof spoil, text: string): string =>
      spoil === name ? text.replace(/^./, (first) => (first === 'f' ? '0' : 'f')) : text;
    url.searchParams.set('signature', spoilt('signature', sha1Of(keys.token, timestamp, nonce)));
    let body = write(fields);
    if (mode !== 'plain') {
      const cipher = encrypt(keys, body, appId);
      const sealed = spoil === 'cipher' ? withZeroedEnd(cipher) : cipher;
      url.searchParams.set('encrypt_type', 'aes');
      const signature = sha1Of(keys.token, timestamp, nonce, sealed);
      url.searchParams.set('msg_signature', spoilt('msgSignature', signature));
      const outer = { ToUserName: ORIGINAL_ID, Encrypt: sealed };
      body = write(mode === 'compatible' ? { ...fields, Encrypt: sealed } : outer);
    }
    try {
      const answer = await this.line.post(url.href, { 'content-type': 'text/xml' }, body);
      const attempt = { at, status: answer.status, answer: answer.body };
      if (answer.status !== 200) return { attempt };
      const reply = replyIn(answer.body, mode !== 'plain' ? { keys, appId } : undefined);
      return { attempt, ...(reply !== undefined && { reply }) };
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      return { attempt: { at, error: error.message } };
    }
  }
}

function withZeroedEnd(cipher: string): string {
  const bytes = Buffer.from(cipher, 'base64');
  return bytes.fill(0, bytes.length - 32).toString('base64');
}

/** The text the user reads; undefined for an empty answer. Throws when an encrypted answer is not what WeChat accepts. */
function replyIn(body: string, sealed: { keys: PushKeys; appId: string } | undefined): string | undefined {
  if (body === '' || body === 'success') return undefined;
  if (!sealed) return fieldOf(body, 'Content');
  const [cipher = '', timestamp = '', nonce = ''] = ['Encrypt', 'TimeStamp', 'Nonce'].map((name) =>
    fieldOf(body, name),
  );
  if (sha1Of(sealed.keys.token, timestamp, nonce, cipher) !== fieldOf(body, 'MsgSignature'))
    throw new Error('the answer has a wrong MsgSignature');
  return fieldOf(decrypt(sealed.keys, cipher, sealed.appId), 'Content');
}
