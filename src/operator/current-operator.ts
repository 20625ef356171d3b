import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { OperatorPrincipal } from './operator-principal.js';

const operators = new WeakMap<FastifyRequest, OperatorPrincipal>();

export function setOperator(request: FastifyRequest, operator: OperatorPrincipal): void {
  operators.set(request, operator);
}

/** The operator whose session came with the request. Only on routes behind the OperatorGuard. */
export const CurrentOperator = createParamDecorator(
  (_: unknown, context: ExecutionContext): OperatorPrincipal => {
    const operator = operators.get(context.switchToHttp().getRequest<FastifyRequest>());
    if (operator === undefined) throw new Error('a route asks for the operator without the OperatorGuard');
    return operator;
  },
);
