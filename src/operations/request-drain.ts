import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';

/**
 * First step of a shutdown: no new request is accepted, those in flight finish. Loops and jobs stop after it
 * (`beforeApplicationShutdown`), pools last (`onApplicationShutdown`), so nothing is cut off half-way.
 */
@Injectable()
export class RequestDrain implements OnModuleDestroy {
  constructor(private readonly host: HttpAdapterHost<FastifyAdapter>) {}

  async onModuleDestroy(): Promise<void> {
    await this.host.httpAdapter.getInstance().close();
  }
}
