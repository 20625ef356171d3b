import type { HttpServer } from '@nestjs/common';
import type { CookieSerializeOptions } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Settings } from '../../config/settings.js';

const NAME = 'session';
const TOKEN = /^[\w-]{43}$/;

/** The token of a program's `Authorization: Bearer`; undefined when there is no such header. */
export function bearerToken({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  return /^Bearer +(\S*)$/i.exec(headers.authorization ?? '')?.[1];
}

/** The token of the browser's cookie. */
export function sessionCookie({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  for (const pair of (headers.cookie ?? '').split(';')) {
    const [name, value] = pair.trim().split('=', 2);
    if (name === NAME && value !== undefined && TOKEN.test(value)) return value;
  }
  return undefined;
}

/** True when a request gets its session from the cookie, and so could have been sent by a foreign page. */
export function speaksByCookie(request: Pick<FastifyRequest, 'headers'>): boolean {
  return bearerToken(request) === undefined && sessionCookie(request) !== undefined;
}

export function setSessionCookie(
  http: HttpServer,
  reply: FastifyReply,
  settings: Settings,
  { token, expiresAt }: { token: string; expiresAt: Date },
): void {
  http.setCookie?.(reply, NAME, token, { ...attributes(settings), expires: expiresAt });
}

export function clearSessionCookie(http: HttpServer, reply: FastifyReply, settings: Settings): void {
  http.clearCookie?.(reply, NAME, attributes(settings));
}

/** Secure wherever the service is reached by https; a loopback demo has only http. */
function attributes({ http }: Settings): CookieSerializeOptions {
  return { httpOnly: true, sameSite: 'strict', path: '/', secure: http.publicUrl.startsWith('https:') };
}
