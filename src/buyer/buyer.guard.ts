import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { setPrincipal } from '../common/http/principal.js';
import { Problem } from '../common/http/problem.js';
import { RateLimits } from '../common/http/rate-limits.js';
import { BuyerToken } from './buyer-token.js';

/** Lets a request pass with the bearer token of a buyer who does not ask too often, and remembers whose it is. */
@Injectable()
export class BuyerGuard implements CanActivate {
  constructor(
    private readonly tokens: BuyerToken,
    private readonly limits: RateLimits,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/.exec(request.headers.authorization ?? '')?.[1];
    const buyerId = token === undefined ? undefined : await this.tokens.verify(token);
    if (buyerId === undefined) {
      throw new Problem(
        'UNAUTHENTICATED',
        'Log in with POST /api/v1/login and send its token as "Authorization: Bearer …".',
      );
    }
    await this.limits.countBuyer(buyerId);
    setPrincipal(request, { kind: 'buyer', id: buyerId });
    return true;
  }
}
