import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { TestBuyer, type CheckedOut, type ProblemBody } from '../support/buyer.js';
import { startSystem, type System } from '../support/system.js';

const PATH = '/notify/wechat/message';
const HELP = expect.stringContaining('查单 订单号');

interface Pushed {
  status?: number;
  answer?: string;
  reply?: string;
  error?: string;
}

let system: System;
let buyer: TestBuyer;
let stranger: TestBuyer;
let bought: CheckedOut;
/** Events of one second are one event: each of ours gets its own. */
let createTime = 1_700_000_000;
beforeAll(async () => {
  system = await startSystem();
  buyer = await TestBuyer.login(system);
  stranger = await TestBuyer.login(system);
  bought = await buyer.checkout(await system.product());
});
afterAll(() => system.stop());

async function push(message: Record<string, unknown>): Promise<Pushed> {
  const { status, body } = await system.control.call<Pushed>('POST', '/_sim/message', {
    openid: buyer.openid,
    ...message,
  });
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body;
}

function sha1(...parts: string[]): string {
  return createHash('sha1').update(parts.sort().join('')).digest('hex');
}

/** The query as only somebody with the token can write it. */
function signedQuery(more: Record<string, string> = {}): string {
  const [timestamp, nonce] = ['1760000000', '271828'];
  const token = system.env['WECHAT_MESSAGE_TOKEN'] ?? '';
  return new URLSearchParams({
    signature: sha1(token, timestamp, nonce),
    timestamp,
    nonce,
    ...more,
  }).toString();
}

async function post(
  query: string,
  body: string | Buffer<ArrayBuffer>,
): Promise<{ status: number; text: string; problem: ProblemBody }> {
  const answer = await fetch(`${system.url}${PATH}?${query}`, { method: 'POST', body });
  const text = await answer.text();
  const problem = (text.startsWith('{') ? JSON.parse(text) : {}) as ProblemBody;
  return { status: answer.status, text, problem };
}

function textXml(fields: Record<string, string | number> = {}): string {
  const all = {
    ToUserName: 'gh_0123456789ab',
    FromUserName: buyer.openid,
    CreateTime: 1760000000,
    MsgType: 'text',
    Content: 'hello',
    MsgId: Math.floor(Math.random() * 1e12),
    ...fields,
  };
  return `<xml>${Object.entries(all)
    .map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`)
    .join('')}</xml>`;
}

async function lastVerdict(): Promise<{ verdict: string; reason: string | null; verified: boolean }> {
  const [row] = await system.database.query<{ verdict: string; reason: string | null; verified: boolean }>(
    "SELECT verdict, reason, verified FROM notifications WHERE kind = 'MESSAGE' ORDER BY id DESC LIMIT 1",
  );
  if (row === undefined) throw new Error('the inbox has no message');
  return row;
}

describe('the check of the address', () => {
  it('answers echostr as it is, as text', async () => {
    const answer = await fetch(`${system.url}${PATH}?${signedQuery({ echostr: '<b>314</b>' })}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('text/plain');
    expect(await answer.text()).toBe('<b>314</b>');
  });

  it.each<[string, (query: URLSearchParams) => void]>([
    ['a wrong signature', (query) => query.set('signature', '0'.repeat(40))],
    ['no signature', (query) => query.delete('signature')],
    ['another timestamp', (query) => query.set('timestamp', '1760000001')],
    ['no nonce', (query) => query.delete('nonce')],
  ])('refuses %s and echoes nothing', async (_, change) => {
    const query = new URLSearchParams(signedQuery({ echostr: 'echo-me' }));
    change(query);
    const answer = await fetch(`${system.url}${PATH}?${query.toString()}`);
    expect(answer.status).toBe(401);
    const text = await answer.text();
    expect(text).toContain('MESSAGE_FORGED');
    expect(text).not.toContain('echo-me');
  });
});

describe.each(['plain', 'compatible', 'safe'])('%s mode', (mode) => {
  describe.each(['xml', 'json'])('in %s', (format) => {
    it('an order number is answered with the order’s state, to its buyer', async () => {
      for (const text of [
        bought.order.orderNo,
        `查单 ${bought.order.orderNo}`,
        `  查单：${bought.order.orderNo} `,
      ]) {
        const { status, reply } = await push({ mode, format, text });
        expect(status).toBe(200);
        expect(reply).toContain(`订单 ${bought.order.orderNo}`);
        expect(reply).toContain('状态：待付款');
        expect(reply).toContain('金额：¥19.90');
      }
      expect(await lastVerdict()).toMatchObject({ verdict: 'ANSWERED', verified: mode !== 'plain' });
    });

    it('somebody else learns nothing, not even that the order exists', async () => {
      const foreign = await push({ mode, format, text: bought.order.orderNo, openid: stranger.openid });
      const absent = await push({ mode, format, text: '2'.repeat(24) });
      expect(foreign.reply).toContain('没有找到这个订单');
      expect(foreign.reply).toBe(absent.reply);
    });

    it('any other text gets a help text', async () => {
      for (const text of ['你好', '查单', '查单 123', `'; DROP TABLE orders; -- ${bought.order.orderNo}`])
        expect((await push({ mode, format, text })).reply).toEqual(HELP);
    });

    it('a repeated message is answered with an empty success, once decided', async () => {
      const message = { mode, format, text: '你好', msgId: `77${mode.length}${format.length}` };
      expect((await push(message)).reply).toEqual(HELP);
      for (let again = 0; again < 2; again++)
        expect(await push(message)).toMatchObject({ status: 200, answer: 'success' });
      expect(await lastVerdict()).toMatchObject({ verdict: 'DUPLICATE' });
    });

    it('what is neither text nor known is taken without a word', async () => {
      const image = { MsgType: 'image', PicUrl: 'http://mmbiz.qpic.cn/x', MediaId: 'm' };
      const answer = await push({ mode, format, text: 'x', fields: image });
      expect(answer).toMatchObject({ status: 200, answer: 'success' });
      expect(await lastVerdict()).toMatchObject({ verdict: 'IGNORED', reason: 'image' });
      const event = { Event: 'user_enter_tempsession', SessionFrom: 'wx' };
      const fields = { CreateTime: createTime++ };
      expect(await push({ mode, format, event, fields })).toMatchObject({ status: 200, answer: 'success' });
      expect(await push({ mode, format, event, fields })).toMatchObject({ status: 200, answer: 'success' });
      expect(await lastVerdict()).toMatchObject({ verdict: 'DUPLICATE' });
      fields.CreateTime = createTime++;
      await push({ mode, format, event, fields });
      expect(await lastVerdict()).toMatchObject({ verdict: 'IGNORED', reason: 'user_enter_tempsession' });
    });
  });
});

describe('the official account', () => {
  it('A21: answers its followers about their orders, sealed for itself', async () => {
    const appId = system.env['WXPAY_OFFICIAL_APP_ID'] ?? '';
    const follower = await TestBuyer.login(system, undefined, appId);
    const { order } = await follower.checkout(await system.product());
    for (const mode of ['plain', 'safe']) {
      const { status, reply } = await push({ mode, appId, openid: follower.openid, text: order.orderNo });
      expect(status).toBe(200);
      expect(reply).toContain(`订单 ${order.orderNo}`);
    }
    // His openid is another in the mini-program, where this order is nobody's.
    const asked = await push({ mode: 'safe', openid: follower.openid, text: order.orderNo });
    expect(asked.reply).toContain('没有找到这个订单');
  });
});

describe('what is not believed', () => {
  it.each<[string, Record<string, unknown>, number, string, string]>([
    ['a wrong signature', { mode: 'plain', spoil: 'signature' }, 401, 'MESSAGE_FORGED', 'FORGED'],
    ['a wrong signature', { mode: 'safe', spoil: 'signature' }, 401, 'MESSAGE_FORGED', 'FORGED'],
    ['a wrong msg_signature', { mode: 'safe', spoil: 'msgSignature' }, 401, 'MESSAGE_FORGED', 'FORGED'],
    ['a wrong msg_signature', { mode: 'compatible', spoil: 'msgSignature' }, 401, 'MESSAGE_FORGED', 'FORGED'],
    ['an altered cipher text', { mode: 'safe', spoil: 'cipher' }, 400, 'MESSAGE_UNREADABLE', 'MALFORMED'],
    ['a foreign app', { mode: 'safe', appId: 'wx0000000000000000' }, 403, 'MESSAGE_FOREIGN', 'FOREIGN'],
  ])('%s (%j) → %i %s, kept as %s', async (_, message, status, code, verdict) => {
    const { status: answered, answer } = await push({ text: bought.order.orderNo, ...message });
    expect(answered).toBe(status);
    expect(JSON.parse(answer ?? '')).toMatchObject({ status, code });
    expect(answer).not.toContain(bought.order.orderNo);
    expect(await lastVerdict()).toMatchObject({ verdict, verified: false });
  });

  it('a message without a valid query is refused before its body is read', async () => {
    expect((await post('', '<xml>')).status).toBe(401);
    expect((await post('signature=a&signature=b', '<xml>')).status).toBe(400);
  });

  it('in the compatible mode the plain half is never looked at', async () => {
    const text = textXml({ Encrypt: 'AAAA', Content: bought.order.orderNo });
    expect(await post(signedQuery(), text)).toMatchObject({ status: 401 });
    expect(await post(signedQuery({ encrypt_type: 'aes' }), textXml())).toMatchObject({ status: 400 });
  });

  const entity = '<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/passwd">]>';
  it.each<[string, () => string | Buffer<ArrayBuffer>]>([
    ['an empty body', () => ''],
    ['half an XML', () => '<xml><ToUserName>'],
    ['an entity', () => entity + textXml({ Content: '&a;' })],
    ['a deep nest', () => `<xml>${'<a>'.repeat(50)}${'</a>'.repeat(50)}</xml>`],
    ['not UTF-8', () => Buffer.from([0x3c, 0x78, 0x6d, 0x6c, 0x3e, 0xff, 0xfe])],
    ['half a JSON', () => '{"ToUserName":'],
    ['a JSON list', () => '[{}]'],
    ['no sender', () => '<xml><MsgType>text</MsgType><CreateTime>1</CreateTime></xml>'],
    ['a time that is none', () => textXml({ CreateTime: 'yesterday' })],
    [
      'a list where text belongs',
      () => '{"FromUserName":["o"],"ToUserName":{},"CreateTime":1,"MsgType":"text"}',
    ],
    ['a prototype', () => '{"__proto__":{"FromUserName":"o"},"constructor":1}'],
  ])('%s is unreadable: 400, and says why', async (_, body) => {
    const { status, problem } = await post(signedQuery(), body());
    expect([status, problem.code]).toEqual([400, 'MESSAGE_UNREADABLE']);
    expect(await lastVerdict()).toMatchObject({ verdict: 'MALFORMED' });
  });

  it('more than a megabyte is refused', async () => {
    const { status } = await post(signedQuery(), textXml({ Content: 'x'.repeat(1024 * 1024) }));
    expect(status).toBe(413);
  });

  it('orders stay as they are', async () => {
    expect((await buyer.order(bought.order.id)).status).toBe('PENDING_PAYMENT');
  });
});

describe('a message and the clock', () => {
  it('what is not decided within WeChat’s five seconds is sent again, and is then decided once', async () => {
    const message = textXml({ Content: '你好', MsgId: 990_001 });
    const blocker = new pg.Client(system.database.url);
    await blocker.connect();
    await blocker.query('BEGIN; LOCK TABLE wechat_messages IN ACCESS EXCLUSIVE MODE');
    const began = performance.now();
    const { status, problem } = await post(signedQuery(), message);
    expect([status, problem.code]).toEqual([503, 'MESSAGE_NOT_DECIDED']);
    expect(performance.now() - began).toBeLessThan(5000);
    await blocker.query('COMMIT');
    await blocker.end();
    expect(await post(signedQuery(), message)).toMatchObject({ status: 200, text: 'success' });
  });

  it('fifty copies at once are one message', async () => {
    const message = textXml({ Content: '你好', MsgId: 990_002 });
    const answers = await Promise.all(Array.from({ length: 50 }, () => post(signedQuery(), message)));
    expect(answers.filter(({ text }) => text === 'success')).toHaveLength(49);
    for (const { status } of answers) expect(status).toBe(200);
  });
});

describe('the inbox', () => {
  it('shows staff no openid, and keeps none in the table of repetitions', async () => {
    await push({ mode: 'plain', text: '你好' });
    const rows = await system.database.query<{ key: Buffer }>('SELECT key FROM wechat_messages');
    expect(rows.length).toBeGreaterThan(0);
    for (const { key } of rows) expect(key).toHaveLength(32);
  });
});

describe('settings', () => {
  it('without WECHAT_MESSAGE_TOKEN the route says so; without the key encrypted messages are refused', async () => {
    await system.restart({ WECHAT_MESSAGE_TOKEN: '' });
    expect(await post(signedQuery(), textXml())).toMatchObject({
      status: 404,
      problem: { code: 'MESSAGE_PUSH_OFF', detail: expect.stringContaining('WECHAT_MESSAGE_TOKEN') },
    });
    expect((await fetch(`${system.url}${PATH}?${signedQuery({ echostr: 'e' })}`)).status).toBe(404);
    await system.restart({ WECHAT_ENCODING_AES_KEY: '' });
    expect((await push({ mode: 'plain', text: '你好' })).reply).toEqual(HELP);
    const sealed = await push({ mode: 'safe', text: '你好' });
    expect(sealed.status).toBe(403);
    expect(sealed.answer).toContain('WECHAT_ENCODING_AES_KEY');
    await system.restart();
  });
});
