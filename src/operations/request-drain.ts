import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

const SWEEP_MS = 100;

/**
 * First step of a shutdown: no new request is accepted, those in flight finish. Loops and jobs stop after it
 * (`beforeApplicationShutdown`), pools last (`onApplicationShutdown`), so nothing is cut off half-way.
 */
@Injectable()
export class RequestDrain implements OnModuleInit, OnModuleDestroy {
  /** Connections without a request so far: browsers open some in advance, and Node does not count them as idle. */
  private readonly silent = new Set<Socket>();

  constructor(private readonly host: HttpAdapterHost<FastifyAdapter>) {}

  onModuleInit(): void {
    const { server } = this.host.httpAdapter.getInstance();
    server.on('connection', (socket: Socket) => {
      this.silent.add(socket);
      socket.once('close', () => this.silent.delete(socket));
    });
    server.on('request', ({ socket }: IncomingMessage) => this.silent.delete(socket));
  }

  async onModuleDestroy(): Promise<void> {
    const fastify = this.host.httpAdapter.getInstance();
    const closed = fastify.close();
    // A connection that was busy when this began stays open for its keep-alive time unless it is closed once idle.
    const sweep = setInterval(() => {
      fastify.server.closeIdleConnections();
      for (const socket of this.silent) socket.destroy();
    }, SWEEP_MS);
    await Promise.resolve(closed).finally(() => clearInterval(sweep));
  }
}
