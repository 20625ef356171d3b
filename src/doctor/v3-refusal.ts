import { z } from 'zod';
import type { WxPayAnswer } from '../wxpay/http-exchange.js';

const refusalSchema = z.object({
  code: z.string(),
  message: z.string().default(''),
  detail: z
    .object({ field: z.string().default('') })
    .optional()
    .catch(undefined),
});

export interface V3Refusal {
  status: number;
  code: string;
  message: string;
  /** What the detail complains about, e.g. `serial_no`; empty without one. Its value is left out: it may be a signature. */
  field: string;
  /** All of it, for a person. */
  words: string;
}

/** WeChat's no in API v3 (protocol §2.12). */
export function readRefusal({ status, headers, body }: WxPayAnswer): V3Refusal {
  const { code, message, detail } = refusalSchema.catch({ code: '', message: '' }).parse(json(body));
  const requestId = headers['request-id'];
  const trace = typeof requestId === 'string' ? ` (Request-ID ${requestId})` : '';
  const words = `WeChat says ${status} ${code} ${message}`.trimEnd();
  return { status, code, message, field: detail?.field ?? '', words: `${words}${trace}` };
}

function json(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString()) as unknown;
  } catch {
    return undefined;
  }
}
