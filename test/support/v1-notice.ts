import { createHash } from 'node:crypto';
import { Formatter, Hash } from 'wechatpay-axios-plugin';
import { encodeGbk } from '../../simulator/v1/gbk.js';
import { newTransactionId, post, xml, type NoticeAnswer, type NoticeFields } from './notice.js';
import type { System } from './system.js';

/** A notification of API v1 made by hand, by code that shares no line with `src/`. */
export interface V1Notice {
  query: string;
  body: string;
}

export interface V1Changes {
  /** Instead of, or beside, what WeChat would say; empty: left out. */
  facts?: NoticeFields;
  payer?: NoticeFields;
  partnerKey?: string;
  paySignKey?: string;
}

/** About a payment of so many fen, in GBK as long as `facts.input_charset` does not say UTF-8. */
export function v1Notice(
  { env }: System,
  outTradeNo: string,
  fen: number,
  { facts = {}, payer = {}, partnerKey, paySignKey }: V1Changes = {},
): V1Notice {
  const said: NoticeFields = {
    sign_type: 'MD5',
    trade_mode: '1',
    trade_state: '0',
    partner: env['WXPAY_V1_PARTNER'] ?? '',
    bank_type: 'CMB_CREDIT',
    total_fee: String(fen),
    fee_type: '1',
    notify_id: Formatter.nonce(32),
    transaction_id: newTransactionId(),
    out_trade_no: outTradeNo,
    time_end: '20261121200500',
    ...facts,
  };
  const bytes = (text: string): Buffer =>
    said['input_charset'] === 'UTF-8' ? Buffer.from(text) : encodeGbk(text);
  const names = Object.keys(said).filter((name) => said[name] !== '');
  const text = [...names].sort().map((name) => `${name}=${said[name]}`);
  const key = partnerKey ?? env['WXPAY_V1_PARTNER_KEY'] ?? '';
  const sign = Hash.md5(bytes(text.join('&')), key).toUpperCase();
  const escaped = names.map(
    (name) =>
      `${name}=${bytes(said[name] ?? '')
        .toString('hex')
        .replaceAll(/../g, '%$&')}`,
  );
  return {
    query: [...escaped, `sign=${sign}`].join('&'),
    body: payerXml(env, payer, paySignKey ?? env['WXPAY_V1_PAY_SIGN_KEY'] ?? ''),
  };
}

function payerXml(env: System['env'], changes: NoticeFields, appkey: string): string {
  const payer: NoticeFields = {
    AppId: env['WXPAY_APP_APP_ID'] ?? '',
    TimeStamp: '1795262700',
    NonceStr: Formatter.nonce(16),
    OpenId: 'oHandmade',
    IsSubscribe: '1',
    ...changes,
  };
  const lower = Object.entries({ ...payer, appkey }).map(([name, value]) => `${name.toLowerCase()}=${value}`);
  const AppSignature = createHash('sha1').update(lower.sort().join('&')).digest('hex');
  return xml({ ...payer, AppSignature, SignMethod: 'sha1' });
}

export function postV1(system: System, { query, body }: V1Notice): Promise<NoticeAnswer> {
  return post(system, body, { path: `/notify/wxpay/default/payment?${query}` });
}
