import { readXmlTree, UnreadableXml, writeXml } from '../common/xml.js';
import { z } from 'zod';
import { isSignedBy, messageSignature, openMessage, sealMessage, UnreadableCipher } from './message-crypt.js';

/** What the merchant has told WeChat in its console; the key only for the compatible and the safe mode. */
export interface PushKeys {
  token: string;
  aesKey: Buffer | undefined;
  /** Of the mini-program and the official account; what either pushes is believed. */
  appIds: readonly string[];
}

/** `signature`, `timestamp` and `nonce` come with every request, the others with encrypted ones (protocol §3.5). */
export interface PushQuery {
  signature: string;
  timestamp: string;
  nonce: string;
  encrypt_type: string;
  msg_signature: string;
}

export interface PushedMessage {
  format: 'xml' | 'json';
  /** The body was encrypted, so everything in it is WeChat's word; a plain body is not covered by the signature. */
  encrypted: boolean;
  /** Which app it is about; undefined in a plain message, which does not say so. */
  appId: string | undefined;
  /** Of the app's user, or of WeChat itself. */
  from: string;
  /** Our original id, `gh_…`. */
  to: string;
  createTime: string;
  type: string;
  msgId: string | undefined;
  /** Of MsgType `event`. */
  event: string | undefined;
  /** Every element, unjudged. */
  fields: Readonly<Record<string, unknown>>;
}

/** Why a message is not believed. */
export class PushRefused extends Error {
  constructor(
    readonly verdict: 'FORGED' | 'FOREIGN' | 'MALFORMED' | 'KEY_MISSING',
    reason: string,
  ) {
    super(reason);
    this.name = 'PushRefused';
  }
}

/** Subscription events nest a list of templates. */
const LEVELS = 4;

/** XML has only text; JSON numbers are welcome as well. */
const text = z.union([z.string(), z.number()]).transform(String);
const envelopeSchema = z.object({
  FromUserName: text.pipe(z.string().min(1).max(128)),
  ToUserName: text.pipe(z.string().max(128)),
  CreateTime: text.pipe(z.string().regex(/^\d{1,12}$/)),
  MsgType: text.pipe(z.string().min(1).max(64)),
  MsgId: text.pipe(z.string().max(64)).optional(),
  Event: text.pipe(z.string().min(1).max(64)).optional(),
});
const encryptedSchema = z.object({ Encrypt: z.string().min(1) });

/** Of the address check and of every message. @throws PushRefused */
export function checkSignature(keys: PushKeys, { signature, timestamp, nonce }: PushQuery): void {
  if (!isSignedBy([keys.token, timestamp, nonce], signature))
    throw new PushRefused('FORGED', 'the signature is wrong or missing');
}

/**
 * Believes a pushed message, or does not: signature, then in the encrypted modes `msg_signature` over the cipher text,
 * cipher, app id. In compatible mode the plain half is never looked at.
 * @throws PushRefused
 */
export function readPush(keys: PushKeys, query: PushQuery, body: Buffer): PushedMessage {
  checkSignature(keys, query);
  const { format, fields } = readBody(body);
  const cipher = encryptedSchema.safeParse(fields);
  if (!cipher.success) {
    if (query.encrypt_type === 'aes')
      throw new PushRefused('MALFORMED', 'there is no Encrypt in the message');
    return message(format, undefined, fields);
  }
  const { timestamp, nonce } = query;
  const { Encrypt } = cipher.data;
  if (!isSignedBy([keys.token, timestamp, nonce, Encrypt], query.msg_signature))
    throw new PushRefused('FORGED', 'the msg_signature is wrong or missing');
  if (keys.aesKey === undefined)
    throw new PushRefused('KEY_MISSING', 'the message is encrypted, but WECHAT_ENCODING_AES_KEY is not set');
  const opened = open(keys.aesKey, Encrypt);
  if (!keys.appIds.includes(opened.appId)) throw new PushRefused('FOREIGN', 'the message is for another app');
  const inner = readBody(opened.message);
  return message(inner.format, opened.appId, inner.fields);
}

/** A field that is text, or undefined. */
export function textOf({ fields }: PushedMessage, name: string): string | undefined {
  return text.safeParse(fields[name]).data;
}

/** The answer that the user reads, in the format of the message (protocol §3.5). @param now of the shop's clock */
export function textReply({ format, from, to }: PushedMessage, content: string, now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000);
  return write(format, {
    ToUserName: from,
    FromUserName: to,
    CreateTime: seconds,
    MsgType: 'text',
    Content: content,
  });
}

/** The answer as the encrypted modes want it: sealed, and signed like a message. @param nonce digits of our own */
export function sealReply(
  { token }: PushKeys,
  aesKey: Buffer,
  { format, appId }: PushedMessage & { appId: string },
  reply: string,
  now: Date,
  nonce: string,
): string {
  const encrypt = sealMessage(aesKey, reply, appId);
  const timestamp = Math.floor(now.getTime() / 1000);
  const fields = {
    Encrypt: encrypt,
    MsgSignature: messageSignature([token, String(timestamp), nonce, encrypt]),
    TimeStamp: timestamp,
    Nonce: nonce,
  };
  return write(format, fields);
}

function write(format: PushedMessage['format'], fields: Record<string, string | number>): string {
  if (format === 'json') return JSON.stringify(fields);
  return writeXml(Object.entries(fields).map(([name, value]) => [name, String(value)]));
}

function open(key: Buffer, encrypt: string): { message: Buffer; appId: string } {
  try {
    return openMessage(key, encrypt);
  } catch (error) {
    if (!(error instanceof UnreadableCipher)) throw error;
    throw new PushRefused('MALFORMED', `the cipher text ${error.message}`);
  }
}

function message(
  format: PushedMessage['format'],
  appId: string | undefined,
  fields: PushedMessage['fields'],
): PushedMessage {
  const read = envelopeSchema.safeParse(fields);
  if (!read.success) {
    const names = new Set(read.error.issues.map(({ path }) => String(path[0])));
    throw new PushRefused('MALFORMED', `missing or malformed: ${[...names].join(', ')}`);
  }
  const { FromUserName, ToUserName, CreateTime, MsgType, MsgId, Event } = read.data;
  return {
    format,
    encrypted: appId !== undefined,
    appId,
    from: FromUserName,
    to: ToUserName,
    createTime: CreateTime,
    type: MsgType,
    msgId: MsgId,
    event: Event,
    fields,
  };
}

function readBody(body: Buffer): Pick<PushedMessage, 'format' | 'fields'> {
  // Both formats begin with their own character; the content type does not say which it is.
  return body.subarray(0, 64).toString().trimStart().startsWith('{')
    ? { format: 'json', fields: readJson(body) }
    : { format: 'xml', fields: readXml(body) };
}

function readXml(body: Buffer): PushedMessage['fields'] {
  try {
    return readXmlTree(body, 'xml', LEVELS);
  } catch (error) {
    if (!(error instanceof UnreadableXml)) throw error;
    throw new PushRefused('MALFORMED', `the XML ${error.message}`);
  }
}

function readJson(body: Buffer): PushedMessage['fields'] {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    return JSON.parse(text) as PushedMessage['fields']; // an object: it begins with a brace
  } catch {
    throw new PushRefused('MALFORMED', 'the JSON cannot be read');
  }
}
