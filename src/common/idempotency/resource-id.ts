import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { v7 as uuidv7 } from 'uuid';

const resourceIds = new WeakMap<FastifyRequest, string>();

export function setResourceId(request: FastifyRequest, id: string): void {
  resourceIds.set(request, id);
}

/** The id of what this request creates. It belongs to the Idempotency-Key, so a repeated request names the same thing. */
export const ResourceId = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  return resourceIds.get(context.switchToHttp().getRequest<FastifyRequest>()) ?? uuidv7();
});
