import { applyDecorators, UseInterceptors } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';

/** Lets the mutating routes of a controller take an `Idempotency-Key` (CONTRACT §3). */
export function Idempotent(): ClassDecorator & MethodDecorator {
  return applyDecorators(
    UseInterceptors(IdempotencyInterceptor),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: '1–64 printable ASCII characters; the same key and body get the first answer again',
    }),
  );
}
