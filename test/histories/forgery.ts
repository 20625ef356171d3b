import { Aes, Formatter, Hash } from 'wechatpay-axios-plugin';
import type { Step } from './history.js';
import type { Lane } from './lane.js';

/** Keys of somebody who is not WeChat. */
const STRANGER = { v2: 'a'.repeat(32), v3: 'b'.repeat(32) };

/**
 * "This order is paid", said by somebody who has no key, or another one than WeChat. It must be refused; that nothing
 * came of it the books will show.
 */
export async function forge(
  lane: Lane,
  { order: index, by }: Extract<Step, { do: 'forge' }>,
): Promise<boolean> {
  const order = lane.order(index);
  const outTradeNo = order?.numbers.at(-1);
  if (order === undefined || outTradeNo === undefined) return false;
  const { account } = lane.customer;
  const { body, headers } =
    account.id === 'v3'
      ? v3Notice(lane, outTradeNo, order.payableFen)
      : v2Notice(lane, outTradeNo, order.payableFen, by);
  const url = `${lane.world.url}/notify/wxpay/${account.id}/payment`;
  const reply = await lane.control('POST', '/_sim/notify', { url, body, headers });
  if (reply.status === 200 && reply.body.status < 400)
    lane.complaints.push(`rule 8: a forged notification was answered ${reply.body.status}`);
  return true;
}

interface Notice {
  body: string;
  headers: Record<string, string>;
}

function v2Notice(lane: Lane, outTradeNo: string, totalFen: number, by: 'nobody' | 'stranger'): Notice {
  const { mchId, appId, id } = lane.customer.account;
  const fields: Record<string, string> = {
    return_code: 'SUCCESS',
    result_code: 'SUCCESS',
    appid: appId,
    mch_id: mchId,
    nonce_str: Formatter.nonce(32),
    openid: lane.customer.openid,
    trade_type: 'JSAPI',
    bank_type: 'OTHERS',
    fee_type: 'CNY',
    total_fee: String(totalFen),
    transaction_id: newTransactionId(),
    out_trade_no: outTradeNo,
    time_end: '20261121200500',
  };
  const type = id === 'hmac' ? 'HMAC-SHA256' : 'MD5';
  const sign =
    by === 'stranger' ? Hash.sign(type, fields, STRANGER.v2) : 'F'.repeat(type === 'MD5' ? 32 : 64);
  const xml = Object.entries({ ...fields, sign }).map(
    ([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`,
  );
  return { body: `<xml>${xml.join('')}</xml>`, headers: { 'content-type': 'text/xml' } };
}

function v3Notice(lane: Lane, outTradeNo: string, totalFen: number): Notice {
  const { mchId, appId } = lane.customer.account;
  const content = {
    mchid: mchId,
    appid: appId,
    out_trade_no: outTradeNo,
    transaction_id: newTransactionId(),
    trade_type: 'JSAPI',
    trade_state: 'SUCCESS',
    success_time: '2026-11-21T20:05:00+08:00',
    amount: { total: totalFen, currency: 'CNY' },
  };
  const nonce = Formatter.nonce(12);
  const body = JSON.stringify({
    id: 'forged',
    event_type: 'TRANSACTION.SUCCESS',
    resource_type: 'encrypt-resource',
    resource: {
      algorithm: 'AEAD_AES_256_GCM',
      ciphertext: Aes.AesGcm.encrypt(JSON.stringify(content), STRANGER.v3, nonce, 'transaction'),
      associated_data: 'transaction',
      original_type: 'transaction',
      nonce,
    },
  });
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'wechatpay-timestamp': String(Math.floor(Date.now() / 1000)),
      'wechatpay-nonce': Formatter.nonce(32),
      'wechatpay-serial': 'PUB_KEY_ID_0000000000',
      'wechatpay-signature': Buffer.alloc(256, 1).toString('base64'),
    },
  };
}

function newTransactionId(): string {
  return `4299${Formatter.nonce(24).replaceAll(/\D/g, '7')}`;
}
