import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';

const SWEEP_MS = 100;

/**
 * First step of a shutdown: no new request is accepted, those in flight finish. Loops and jobs stop after it
 * (`beforeApplicationShutdown`), pools last (`onApplicationShutdown`), so nothing is cut off half-way.
 */
@Injectable()
export class RequestDrain implements OnModuleDestroy {
  constructor(private readonly host: HttpAdapterHost<FastifyAdapter>) {}

  async onModuleDestroy(): Promise<void> {
    const fastify = this.host.httpAdapter.getInstance();
    const closed = fastify.close();
    // A connection that was busy when this began stays open for its keep-alive time unless it is closed once idle.
    const sweep = setInterval(() => fastify.server.closeIdleConnections(), SWEEP_MS);
    await Promise.resolve(closed).finally(() => clearInterval(sweep));
  }
}
