import { readXmlTree, UnreadableXml } from '../../common/xml.js';
import type { MerchantAccount } from '../merchant-accounts.js';
import { NotificationRefused, type PaymentNotification, type RawNotification } from '../protocol.js';
import { charsetNamed, toText } from './v1.charset.js';
import { credentialsOf } from './v1.credentials.js';
import { readQuery, UnreadableQuery } from './v1.query-string.js';
import { isSameSignature, signMd5, signSha1, type V1Bytes } from './v1.signature.js';
import { readTransaction, TRADE_SUCCESS } from './v1.transaction.js';

/** Fields of the body that `AppSignature` covers (protocol §4.3). */
const SIGNED_IN_BODY = ['AppId', 'IsSubscribe', 'NonceStr', 'OpenId', 'TimeStamp'];
/** Those of them that stay on record (A9): orderquery does not say them. */
const PAYER = ['OpenId', 'IsSubscribe'];

/**
 * Believes a payment notification, or does not (protocol §4.3, DESIGN §2.8). The query string says what was paid, under
 * the MD5 of the partnerKey over its bytes; the body says by whom and in which app, under the SHA1 of the paySignKey.
 * Both are demanded, though nothing binds one to the other: the body decides nothing about money.
 * @throws NotificationRefused
 */
export function readPaymentNotification(account: MerchantAccount, raw: RawNotification): PaymentNotification {
  const { paySignKey, partner, partnerKey } = credentialsOf(account);
  const bytes = parseQuery(raw.query);
  const sign = bytes.get('sign')?.toString('latin1') ?? '';
  if (!isSameSignature(signMd5(bytes, partnerKey), sign))
    throw new NotificationRefused(401, 'FORGED', 'the signature of the query is missing or wrong');
  const fields = decode(bytes);
  const body = parseBody(raw.body);
  const signed = Object.fromEntries(SIGNED_IN_BODY.map((name) => [name, body.get(name) ?? '']));
  if (!isSameSignature(signSha1(signed, paySignKey), body.get('AppSignature') ?? ''))
    throw new NotificationRefused(401, 'FORGED', 'the AppSignature of the body is missing or wrong');
  const appId = body.get('AppId') ?? '';
  if (fields.get('partner') !== partner || appId !== account.appAppId)
    throw new NotificationRefused(403, 'FOREIGN', 'the notification is about another merchant or app');
  if (fields.get('trade_state') !== TRADE_SUCCESS) {
    return {
      kind: 'NOT_PAID',
      outTradeNo: fields.get('out_trade_no') ?? '',
      code: `trade_state ${fields.get('trade_state') ?? ''}`.trim(),
      message: fields.get('pay_info') ?? '',
    };
  }
  const transaction = readTransaction(account, appId, fields);
  if (transaction === undefined)
    throw new NotificationRefused(400, 'MALFORMED', 'a mandatory field is missing or malformed');
  const openid = body.get('OpenId');
  const payer = Object.fromEntries(
    PAYER.map((name) => [name, body.get(name) ?? '']).filter(([, value]) => value !== ''),
  ) as Record<string, string>;
  return {
    kind: 'PAID',
    transaction: {
      ...transaction,
      ...(openid && { openid }),
      fields: { ...transaction.fields, ...payer },
    },
    payer,
  };
}

function parseQuery(query: string): V1Bytes {
  try {
    return readQuery(query);
  } catch (error) {
    if (!(error instanceof UnreadableQuery)) throw error;
    throw new NotificationRefused(400, 'MALFORMED', `the query ${error.message}`);
  }
}

function decode(bytes: V1Bytes): Map<string, string> {
  const charset = charsetNamed(bytes.get('input_charset')?.toString('latin1'));
  if (charset === undefined) throw new NotificationRefused(400, 'MALFORMED', 'input_charset is unknown');
  return new Map([...bytes].map(([name, value]) => [name, toText(value, charset)]));
}

/** All of it is ASCII, whatever charset the query has. */
function parseBody(body: Buffer): Map<string, string> {
  try {
    const elements = Object.entries(readXmlTree(body, 'xml', 1));
    return new Map(elements.filter((element): element is [string, string] => typeof element[1] === 'string'));
  } catch (error) {
    if (!(error instanceof UnreadableXml)) throw error;
    throw new NotificationRefused(400, 'MALFORMED', `the XML ${error.message}`);
  }
}
