import type { FastifyReply } from 'fastify';
import type { z } from 'zod';

/** What the control server says no to: JSON that names the field at fault. */
export class ControlError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly field?: string,
  ) {
    super(message);
  }
}

/** The input in the schema's shape; throws ControlError 400. */
export function readInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.infer<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  // An unknown field has no path of its own.
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const field = unknown ?? issue?.path.join('.');
  throw new ControlError(
    400,
    'INVALID_INPUT',
    `${field || 'body'}: ${issue?.message ?? 'invalid'}`,
    field || 'body',
  );
}

export function sendError(reply: FastifyReply, error: unknown): FastifyReply {
  if (error instanceof ControlError) {
    return reply.code(error.status).send({ code: error.code, field: error.field, message: error.message });
  }
  const { statusCode = 500, message = String(error) } = error as { statusCode?: number; message?: string };
  return reply
    .code(statusCode)
    .send({ code: statusCode < 500 ? 'INVALID_INPUT' : 'SIMULATOR_ERROR', message });
}
