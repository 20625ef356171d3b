import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

const MAX_USER_AGENT = 256;

/** Where a request came from, for the audit log and the list of sessions. */
export interface RequestOrigin {
  /** Read through TRUSTED_PROXIES. */
  ip: string;
  requestId: string;
  userAgent: string | null;
}

/** Parameter of a staff route: where the request came from. */
export const FromRequest = createParamDecorator((_: unknown, context: ExecutionContext): RequestOrigin => {
  const { ip, id, headers } = context.switchToHttp().getRequest<FastifyRequest>();
  return { ip, requestId: id, userAgent: headers['user-agent']?.slice(0, MAX_USER_AGENT) ?? null };
});

/** The part of it that an audit entry keeps: `{ ...entry, ...auditOrigin(origin) }`. */
export function auditOrigin(
  origin: Pick<RequestOrigin, 'ip' | 'requestId'> | undefined,
): { ip: string; requestId: string } | Record<string, never> {
  return origin === undefined ? {} : { ip: origin.ip, requestId: origin.requestId };
}
