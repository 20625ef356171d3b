import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** Who speaks, as established by a guard. */
export interface Principal {
  kind: 'buyer' | 'operator';
  id: string;
}

const principals = new WeakMap<FastifyRequest, Principal>();

export function setPrincipal(request: FastifyRequest, principal: Principal): void {
  principals.set(request, principal);
}

export function principalOf(request: FastifyRequest): Principal | undefined {
  return principals.get(request);
}

/** The id of the buyer whose token came with the request. Only on routes behind the BuyerGuard. */
export const BuyerId = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const principal = principalOf(context.switchToHttp().getRequest<FastifyRequest>());
  if (principal?.kind !== 'buyer') throw new Error('a route asks for the buyer without the BuyerGuard');
  return principal.id;
});
