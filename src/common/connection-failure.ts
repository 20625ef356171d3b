/** What became of a call that got no answer. */
export interface ConnectionFailure {
  reason: 'UNREACHABLE' | 'UNTRUSTED_SERVER' | 'TIMEOUT' | 'CONNECTION_LOST';
  message: string;
}

/** Errors of connecting: no byte of the request has left. */
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** TLS verification failed: no byte of the request has left, and somebody may stand in between. */
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/;

/**
 * Says what an error of undici means. Only the error's code goes into the words, never the address: WeChat's addresses
 * carry secrets (app secret, access_token).
 * @param server as people call it, e.g. `WeChat Pay`
 */
export function connectionFailure(error: unknown, server: string, timeoutMs: number): ConnectionFailure {
  const { name, code, message } = error as { name?: string; code?: string; message?: string };
  if (name === 'TimeoutError' || name === 'AbortError')
    return { reason: 'TIMEOUT', message: `${server} did not answer within ${timeoutMs} ms` };
  if (code !== undefined && NOT_CONNECTED.has(code))
    return { reason: 'UNREACHABLE', message: `${server} cannot be reached (${code})` };
  if (code !== undefined && UNTRUSTED.test(code))
    return {
      reason: 'UNTRUSTED_SERVER',
      message: `the server that answers for ${server} shows a certificate nobody vouches for (${code})`,
    };
  return {
    reason: 'CONNECTION_LOST',
    message: `the connection to ${server} broke (${code ?? message ?? 'no reason given'})`,
  };
}
