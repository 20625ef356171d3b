import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import type { Settings } from '../config/settings.js';
import { currentRequestId } from './http/request-id.js';

/** Never in a log, at whatever depth (A25). Messages are built from numbers and codes; these names are the second belt. */
const REDACTED = [
  'apiKey',
  'apiKeys',
  'apiV3Key',
  'apiV3Keys',
  'appSecret',
  'appAppSecret',
  'officialAppSecret',
  'paySignKey',
  'partnerKey',
  'encryptionKey',
  'encryptionKeys',
  'secret',
  'password',
  'token',
  'authorization',
  'cookie',
  'key',
  'ukey',
  'openid',
  'sessionKey',
  'session_key',
  'paySign',
  'sign',
  'phone',
  'address',
  'payParams',
  'prepayId',
];

const LEVELS: readonly LogLevel[] = ['debug', 'log', 'warn', 'error', 'fatal'];

/** One JSON object per line in production, readable lines elsewhere; LOG_LEVEL names the lowest level shown. */
export function structuredLogger({ mode, log }: Pick<Settings, 'mode' | 'log'>): ConsoleLogger {
  return new RequestLogger({
    json: mode === 'production',
    colors: mode !== 'production' && process.stdout.isTTY,
    logLevels: LEVELS.slice(LEVELS.indexOf(log.level)),
    redact: REDACTED,
    ...(mode === 'production' && { flattenParams: true }),
  });
}

/** Adds the id of the request to each line it causes (requirement B13); asked for only when the line is written. */
class RequestLogger extends ConsoleLogger {
  protected override printMessages(
    ...[messages, context, level, stream, stack, params]: Parameters<ConsoleLogger['printMessages']>
  ): void {
    const requestId = currentRequestId();
    const named = requestId === undefined ? params : { requestId, ...params };
    super.printMessages(messages, context, level, stream, stack, named);
  }
}
