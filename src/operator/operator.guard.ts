import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { setPrincipal } from '../common/http/principal.js';
import { Problem } from '../common/http/problem.js';
import { setOperator } from './current-operator.js';
import type { OperatorPrincipal } from './operator-principal.js';
import { hasPermission, rolesWith, type Permission } from './permissions.js';
import { REQUIRED_PERMISSION } from './requires.js';
import { CsrfToken } from './session/csrf-token.js';
import { bearerToken, sessionCookie } from './session/session-cookie.js';
import { SessionService } from './session/session.service.js';

const UNSAFE = /^(POST|PUT|PATCH|DELETE)$/;

/**
 * Lets a request pass with the session of an operator whose role has the route's permission. A route that names no
 * permission is closed to everybody.
 */
@Injectable()
export class OperatorGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly sessions: SessionService,
    private readonly csrf: CsrfToken,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const permission = this.reflector.getAllAndOverride<Permission | undefined>(REQUIRED_PERMISSION, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (permission === undefined) {
      throw new Error(`${context.getClass().name}.${context.getHandler().name} needs @Requires(…)`);
    }
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const operator = await this.authenticate(request);
    if (!hasPermission(operator.roles, permission)) {
      const [own] = operator.roles;
      const words = `Your role is ${own}; this takes ${rolesWith(permission).join(' or ')}.`;
      throw new Problem('FORBIDDEN', words, { extra: { permission } });
    }
    setPrincipal(request, { kind: 'operator', id: operator.id });
    setOperator(request, operator);
    return true;
  }

  private async authenticate(request: FastifyRequest): Promise<OperatorPrincipal> {
    const bearer = bearerToken(request);
    const token = bearer ?? sessionCookie(request);
    const operator = token === undefined ? undefined : await this.sessions.authenticate(token);
    if (operator === undefined) {
      throw new Problem(
        'UNAUTHENTICATED',
        'Log in with POST /api/v1/admin/sessions; programs send its token as "Authorization: Bearer …".',
      );
    }
    // A browser attaches the cookie by itself, whoever wrote the page; nobody attaches a bearer token by accident.
    if (bearer === undefined && UNSAFE.test(request.method)) {
      this.csrf.demand(request.headers['x-csrf-token'], operator.sessionId);
    }
    return operator;
  }
}
