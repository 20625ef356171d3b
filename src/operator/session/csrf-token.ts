import { Inject, Injectable } from '@nestjs/common';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Problem } from '../../common/http/problem.js';
import { purposeKey } from '../../common/sealed.js';
import { SETTINGS, type Settings } from '../../config/settings.js';

/**
 * The token a page must repeat in `X-CSRF-Token` when the session comes as a cookie: HMAC of the session's id, so that
 * nothing is stored. It stands beside Nest's own protection (`enableCsrfProtection`, by Fetch Metadata and Origin),
 * which lets requests pass that carry neither header.
 */
@Injectable()
export class CsrfToken {
  private readonly key: Buffer;

  constructor(@Inject(SETTINGS) settings: Settings) {
    this.key = purposeKey(settings.session.secret, 'staff csrf token');
  }

  of(sessionId: string): string {
    return createHmac('sha256', this.key).update(sessionId).digest('base64url');
  }

  /** @throws Problem `CSRF_TOKEN_INVALID` */
  demand(given: string | string[] | undefined, sessionId: string): void {
    const expected = Buffer.from(this.of(sessionId));
    const actual = Buffer.from(typeof given === 'string' ? given : '');
    if (actual.length === expected.length && timingSafeEqual(actual, expected)) return;
    throw new Problem(
      'CSRF_TOKEN_INVALID',
      'Send the csrfToken of your login (or of GET /api/v1/admin/me) as X-CSRF-Token.',
    );
  }
}
