import type { Fault } from '../state/faults.js';
import type { Merchant } from '../state/merchants.js';
import type { World } from '../world.js';
import { ApiError } from './api-error.js';
import { authorize, type SignedRequest } from './authorization.js';
import { readBody } from './json-body.js';

/** What came over the wire. */
export interface Request extends SignedRequest {
  route: string;
  params: Record<string, string>;
  headers: Record<string, string | string[] | undefined>;
}

/** An authentic request of a known merchant. */
export interface Call {
  /** The route's pattern, e.g. /v3/pay/transactions/id/:transactionId. */
  route: string;
  params: Record<string, string>;
  query: URLSearchParams;
  /** The parsed body; no handler has looked at it yet. */
  body: unknown;
  merchant: Merchant;
  /** Wechatpay-Serial: the key the answer is to be signed with, and sensitive fields are encrypted for. */
  namedSerial: string | undefined;
  /** What the merchant calls WeChat: download addresses lead back there. */
  host: string;
  /** Trouble somebody ordered for this request, where it is a matter of the answer's content. */
  fault: string | undefined;
}

/** Reads and verifies a request. Throws ApiError. */
export function authenticate(request: Request, fault: Fault | undefined, world: World): Call {
  const { headers, route, params, url } = request;
  if (!headers['accept'] || !headers['user-agent']) {
    const detail = { issue: '缺少Accept或User-Agent', location: 'header' } as const;
    throw new ApiError('PARAM_ERROR', 'Http头缺少Accept或User-Agent', detail);
  }
  const merchant = authorizeFor(route, request, world);
  return {
    route,
    params,
    query: new URLSearchParams(url.split('?')[1]),
    body: readBody(request.body, one(headers['content-type'])),
    merchant,
    namedSerial: one(headers['wechatpay-serial']),
    host: one(headers['host']) ?? '',
    fault: fault?.fault,
  };
}

/** Asking for certificates with a wrong number or serial shows as trouble of WeChat's own (protocol notes §2.3). */
function authorizeFor(route: string, request: Request, world: World): Merchant {
  try {
    return authorize(request, world);
  } catch (error) {
    const field = error instanceof ApiError ? (error.detail?.field ?? '') : '';
    if (route === '/v3/certificates' && ['mchid', 'serial_no'].includes(field))
      throw new ApiError('SYSTEM_ERROR');
    throw error;
  }
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
