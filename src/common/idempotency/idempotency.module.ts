import { Global, Module } from '@nestjs/common';
import { IdempotencyKeys } from './idempotency-keys.js';

/** Global, because every controller that changes something uses the interceptor. */
@Global()
@Module({ providers: [IdempotencyKeys], exports: [IdempotencyKeys] })
export class IdempotencyModule {}
