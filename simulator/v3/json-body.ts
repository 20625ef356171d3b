import { isUtf8 } from 'node:buffer';
import type { z } from 'zod';
import { ApiError, invalidField } from './api-error.js';

/** The parsed body; undefined when there is none. Throws ApiError for what WeChat cannot take (protocol notes §2.1). */
export function readBody(bytes: Buffer, contentType: string | undefined): unknown {
  if (bytes.length === 0) return undefined;
  if (!contentType?.toLowerCase().startsWith('application/json')) {
    throw new ApiError('PARAM_ERROR', 'Http头Content-Type值不为application/json', {
      field: 'Content-Type',
      value: contentType,
      issue: '不为application/json',
      location: 'header',
    });
  }
  let body: unknown;
  try {
    if (!isUtf8(bytes)) throw new SyntaxError('not UTF-8');
    body = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new ApiError('PARAM_ERROR', '请求体不是合法的JSON', { issue: '不是合法的JSON', location: 'body' });
  }
  refuseUnacceptable(body, '');
  return body;
}

/** The body in the schema's shape; throws ApiError naming the field. */
export function checkBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const path = [...(issue?.path ?? []), ...unknown];
  const pointer = `/${path.join('/')}`;
  throw invalidField(pointer, valueAt(body, path), `：${issue?.message ?? '错误'}`);
}

/** Values null and characters of four bytes (emoji) are refused wherever they stand. */
function refuseUnacceptable(value: unknown, pointer: string): void {
  if (value === null) throw invalidField(pointer || '/', null, '不能为null');
  if (typeof value === 'string' && /[\u{10000}-\u{10FFFF}]/u.test(value))
    throw invalidField(pointer || '/', value, '包含不支持的字符（只支持1至3字节的UTF-8字符）');
  if (typeof value !== 'object') return;
  for (const [name, each] of Object.entries(value)) refuseUnacceptable(each, `${pointer}/${name}`);
}

function valueAt(body: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[name] : undefined,
    body,
  );
}
