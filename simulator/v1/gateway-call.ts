import { Hash } from 'wechatpay-axios-plugin';
import type { AppCall } from '../mini-program/app-call.js';
import type { Merchant, Merchants } from '../state/merchants.js';
import type { Fields } from '../v2/xml.js';
import { isGenuine, readPackage, type Package } from './package.js';
import { sha1Signature } from './signature.js';

/** Not in the protocol notes: how the gateway called a signature that does not match. */
export const WRONG_SIGNATURE = 49_004;
const UNAUTHORIZED = 48_001;
const INVALID_APP = 40_013;

/** The gateway's no; errcode and, when it is not the usual words for it, errmsg. */
export class GatewayRefusal extends Error {
  constructor(
    readonly errcode: number,
    readonly errmsg?: string,
  ) {
    super(`${errcode} ${errmsg ?? ''}`);
  }
}

export function invalid(name: string, why = ''): GatewayRefusal {
  return new GatewayRefusal(47_001, `data format error: ${name} ${why}`.trim());
}

/** A call in the name of a known partner, both of its signatures right. Throws GatewayRefusal. */
export function authenticated(
  { appId, body }: AppCall,
  names: readonly string[],
  merchants: Merchants,
): { merchant: Merchant; package: Package } {
  const signed = textFields(body, names);
  if (signed['appid'] !== appId) throw new GatewayRefusal(INVALID_APP);
  const read = readPackage(signed['package'] ?? '');
  if (!read) throw invalid('package');
  const merchant = merchants.byPartner(read.fields['partner'] ?? '');
  if (!merchant || !merchants.app(appId)?.mchIds.includes(merchant.mchId))
    throw new GatewayRefusal(UNAUTHORIZED);
  requireSignature(signed, body, merchant);
  if (!isGenuine(read, merchant.v1.partnerKey)) throw new GatewayRefusal(WRONG_SIGNATURE);
  return { merchant, package: read };
}

/** The fields of these names, each a text that is not empty. Throws GatewayRefusal. */
export function textFields(body: AppCall['body'], names: readonly string[]): Fields {
  const fields: Fields = {};
  for (const name of names) {
    const value = body[name];
    if (typeof value !== 'string' || value === '') throw invalid(name, 'must be a text');
    fields[name] = value;
  }
  return fields;
}

/** `app_signature` over exactly these fields. Throws GatewayRefusal. */
export function requireSignature(signed: Fields, body: AppCall['body'], { v1 }: Merchant): void {
  if (body['sign_method'] !== 'sha1') throw invalid('sign_method');
  if (!Hash.equals(sha1Signature(signed, v1.paySignKey), String(body['app_signature'])))
    throw new GatewayRefusal(WRONG_SIGNATURE);
}
