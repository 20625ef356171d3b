import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { createHash, randomInt } from 'node:crypto';
import { DataSource, type EntityManager } from 'typeorm';
import { Problem } from '../../common/http/problem.js';
import type { ProblemCode } from '../../common/http/problem-codes.js';
import { Clock } from '../../common/time/clock.js';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { run, statement } from '../../database/sql.js';
import { transaction } from '../../database/transaction.js';
import { aesKeyOf } from '../../wechat/message-crypt.js';
import {
  checkSignature,
  PushRefused,
  readPush,
  sealReply,
  textOf,
  textReply,
  type PushedMessage,
  type PushKeys,
  type PushQuery,
} from '../../wechat/push-message.js';
import { InboxService, type Filing } from '../inbox.service.js';
import { answerText } from './order-answer.js';
import { PushEventService } from './push-event.service.js';

/** WeChat waits five seconds and then sends it again; what is still going on finishes, and the repetition is a duplicate. */
const BUDGET_MS = 4000;
const KEPT_MS = 7 * 24 * 3600 * 1000;

const REMEMBER = statement(
  'remember-wechat-message',
  'INSERT INTO wechat_messages (key, received_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING key',
);
const PRUNE = statement('prune-wechat-messages', 'DELETE FROM wechat_messages WHERE received_at < $1');

export interface PushAnswer {
  contentType: string;
  body: string;
}

/** Nothing to say: WeChat shows the user nothing and does not send the message again. */
const NOTHING: PushAnswer = { contentType: 'text/plain; charset=utf-8', body: 'success' };

const PROBLEMS: Record<PushRefused['verdict'], ProblemCode> = {
  FORGED: 'MESSAGE_FORGED',
  FOREIGN: 'MESSAGE_FOREIGN',
  MALFORMED: 'MESSAGE_UNREADABLE',
  KEY_MISSING: 'MESSAGE_KEY_MISSING',
};

type Decision = Filing & { text?: string };

/** Messages and events that WeChat pushes to us (requirement A21, protocol §3.5). */
@Injectable()
export class MessagePushService {
  private readonly keys: PushKeys | undefined;
  private readonly accountId: string;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly inbox: InboxService,
    private readonly events: PushEventService,
    private readonly clock: Clock,
    @Inject(SETTINGS) { wechat, wxpay }: Settings,
  ) {
    const { appId, officialAppId = appId, messageToken, encodingAesKey } = wechat;
    this.accountId = wxpay.accounts[0]?.id ?? 'default';
    if (messageToken !== undefined) {
      const aesKey = encodingAesKey === undefined ? undefined : aesKeyOf(encodingAesKey);
      this.keys = { token: messageToken, aesKey, appIds: [appId, officialAppId] };
    }
  }

  /** @throws Problem `MESSAGE_PUSH_OFF`, `MESSAGE_FORGED` */
  checkAddress(query: PushQuery): void {
    try {
      checkSignature(this.configured(), query);
    } catch (error) {
      throw asProblem(error);
    }
  }

  /**
   * Decides a message once and answers within WeChat's five seconds.
   * @throws Problem `MESSAGE_PUSH_OFF`, `MESSAGE_FORGED`, `MESSAGE_FOREIGN`, `MESSAGE_UNREADABLE`, `MESSAGE_KEY_MISSING`,
   * `MESSAGE_NOT_DECIDED`
   */
  async receive(query: PushQuery, body: Buffer, sourceIp: string): Promise<PushAnswer> {
    const keys = this.configured();
    const received = {
      accountId: this.accountId,
      kind: 'MESSAGE' as const,
      headers: {},
      query: '',
      body,
      sourceIp,
    };
    let message: PushedMessage;
    try {
      message = readPush(keys, query, body);
    } catch (error) {
      if (error instanceof PushRefused) {
        const verdict = error.verdict === 'KEY_MISSING' ? 'MALFORMED' : error.verdict;
        await this.inbox.fileUnverified(received, { verdict, reason: error.message });
      }
      throw asProblem(error);
    }
    const { text, ...filing } = await inTime(this.decide(message));
    if (filing.verdict === 'NOTED') this.events.committed();
    // A plain body is not covered by the signature: it is kept like everything that is not believed (DESIGN §6.14).
    if (message.encrypted) await this.inbox.file(this.dataSource.manager, received, filing);
    else await this.inbox.fileUnverified(received, filing);
    return text === undefined ? NOTHING : this.reply(keys, message, text);
  }

  /** Forgets what WeChat will not repeat any more. */
  async prune(): Promise<void> {
    await run(this.dataSource.manager, PRUNE, [new Date(this.clock.now().getTime() - KEPT_MS)]);
  }

  private decide(message: PushedMessage): Promise<Decision> {
    return transaction(this.dataSource, async (manager) => {
      const fresh = await run(manager, REMEMBER, [keyOf(message), this.clock.now()]);
      if (fresh.length === 0) return { verdict: 'DUPLICATE', reason: message.event ?? message.type };
      return this.decideFresh(manager, message);
    });
  }

  private async decideFresh(manager: EntityManager, message: PushedMessage): Promise<Decision> {
    const { type, event, from } = message;
    if (type === 'event' && event !== undefined) return this.events.decide(manager, message, event);
    const content = textOf(message, 'Content');
    if (type !== 'text' || content === undefined) return { verdict: 'IGNORED', reason: type };
    // A plain message does not say which app it is for; the same openid is nobody else in another.
    const appIds = message.appId === undefined ? this.configured().appIds : [message.appId];
    const { text, orderId } = await answerText(manager, content, from, appIds);
    return { verdict: 'ANSWERED', orderId, text };
  }

  private reply(keys: PushKeys, message: PushedMessage, text: string): PushAnswer {
    const now = this.clock.now();
    const plain = textReply(message, text, now);
    const { aesKey } = keys;
    const { appId } = message;
    const body =
      appId !== undefined && aesKey !== undefined
        ? sealReply(keys, aesKey, { ...message, appId }, plain, now, String(randomInt(1e9, 1e10)))
        : plain;
    const type = message.format === 'json' ? 'application/json' : 'text/xml';
    return { contentType: `${type}; charset=utf-8`, body };
  }

  private configured(): PushKeys {
    if (this.keys !== undefined) return this.keys;
    throw new Problem('MESSAGE_PUSH_OFF', 'WECHAT_MESSAGE_TOKEN is not set, so no message can be believed.');
  }
}

/** A message by its id. An event has none; its repetition has the same sender, time and content. */
function keyOf({ msgId, from, createTime, fields }: PushedMessage): Buffer {
  const parts = msgId === undefined ? [from, createTime, fields] : [from, msgId];
  return createHash('sha256').update(JSON.stringify(parts)).digest();
}

async function inTime<Result>(work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Problem('MESSAGE_NOT_DECIDED', 'Not decided within WeChat’s time; send it again.'));
    }, BUDGET_MS);
  });
  work.catch(() => undefined); // when it fails after the answer is out, nobody else listens
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function asProblem(error: unknown): unknown {
  return error instanceof PushRefused ? new Problem(PROBLEMS[error.verdict], `${error.message}.`) : error;
}
