import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { uuidv7 } from '../uuid-v7.js';

interface Resource {
  id: string;
  repeated: boolean;
}

const resources = new WeakMap<FastifyRequest, Resource>();

/** @param repeated whether a request with the same Idempotency-Key came before, which may have created it already */
export function setResourceId(request: FastifyRequest, id: string, repeated: boolean): void {
  resources.set(request, { id, repeated });
}

function resourceOf(context: ExecutionContext): Resource | undefined {
  return resources.get(context.switchToHttp().getRequest<FastifyRequest>());
}

/** The id of what this request creates. It belongs to the Idempotency-Key, so a repeated request names the same thing. */
export const ResourceId = createParamDecorator(
  (_: unknown, context: ExecutionContext): string => resourceOf(context)?.id ?? uuidv7(),
);

/** Whether what this request creates may be there already. The first of its kind, or one without a key, need not look. */
export const IsRepeated = createParamDecorator(
  (_: unknown, context: ExecutionContext): boolean => resourceOf(context)?.repeated ?? false,
);
