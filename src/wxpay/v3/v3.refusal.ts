import { z } from 'zod';
import type { WxPayAnswer } from '../http-exchange.js';
import { readJson } from './v3.json.js';

const refusalSchema = z.object({
  code: z.string().min(1),
  message: z.string().default(''),
  detail: z
    .object({ field: z.string().optional(), issue: z.string().optional() })
    .optional()
    .catch(undefined),
});

/**
 * Why WeChat says no (protocol §2.12).
 * @returns its code, empty when it gives none, and its words with the field it complains about and the Request-ID
 */
export function readRefusal({ headers, body }: WxPayAnswer): { code: string; message: string } {
  const requestId = headers['request-id'];
  const trace = typeof requestId === 'string' ? `(Request-ID ${requestId})` : '';
  const read = refusalSchema.safeParse(readJson(body));
  if (!read.success) return { code: '', message: trace };
  const { code, message, detail } = read.data;
  const field = [detail?.field, detail?.issue].filter((each) => each !== undefined).join(' ');
  return {
    code,
    message: [message, field && `[${field}]`, trace].filter((each) => each !== '').join(' '),
  };
}
