import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { Sealing } from '../../common/sealed.js';
import type { WebhookEndpoint } from './webhook-endpoint.entity.js';

const SECRET_BYTES = 32;

/** A secret in the form of Standard Webhooks: `whsec_` and 32 random bytes in base64. */
export function newWebhookSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}

/** What an endpoint's messages are signed with at this (wall) time: its secret, and the one before while that still counts. */
export function secretsOf(
  sealing: Sealing,
  endpoint: Pick<WebhookEndpoint, 'id' | 'secretSealed' | 'previousSecretSealed' | 'previousSecretUntil'>,
  now: Date,
): string[] {
  const { id, secretSealed, previousSecretSealed, previousSecretUntil } = endpoint;
  const previous =
    previousSecretUntil !== null && previousSecretUntil > now && previousSecretSealed !== null
      ? [previousSecretSealed]
      : [];
  return [secretSealed, ...previous].map((sealed) => sealing.open(sealed, id));
}

/**
 * The headers of Standard Webhooks: an id that stays the same for every try, the time of this try in seconds, and one
 * HMAC-SHA256 over `id.timestamp.body` for each secret, separated by spaces (M-34).
 */
export function signedHeaders(
  id: string,
  at: Date,
  body: string,
  secrets: readonly string[],
): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
  };
}
