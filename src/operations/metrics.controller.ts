import { Controller, Get, Headers, Inject, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { timingSafeEqual } from 'node:crypto';
import { Problem } from '../common/http/problem.js';
import { Metrics } from '../common/metrics/metrics.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { ShopGauges } from './shop-gauges.js';

/** For Prometheus. How much a shop sells is nobody's business: in production it takes METRICS_TOKEN to read it. */
@ApiTags('operations')
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly shop: ShopGauges,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** @throws Problem `UNAUTHENTICATED`, or `NOT_FOUND` in production without METRICS_TOKEN */
  @Get()
  @ApiBearerAuth()
  @ApiOperation({ summary: 'Figures of this instance and of the shop, in the text format of Prometheus' })
  @ApiProduces('text/plain')
  @ApiOkResponse({ schema: { type: 'string' } })
  async read(
    @Headers('authorization') authorization: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    this.demandToken(authorization ?? '');
    await this.shop.read();
    void reply.header('Content-Type', this.metrics.registry.contentType);
    return this.metrics.text();
  }

  private demandToken(authorization: string): void {
    const { token } = this.settings.metrics;
    if (token === undefined) {
      if (this.settings.mode !== 'production') return;
      throw new Problem('NOT_FOUND', 'The metrics are read with a token; METRICS_TOKEN is not set.');
    }
    const [given, right] = [Buffer.from(authorization), Buffer.from(`Bearer ${token}`)];
    if (given.length === right.length && timingSafeEqual(given, right)) return;
    throw new Problem('UNAUTHENTICATED', 'Send METRICS_TOKEN as Authorization: Bearer ….');
  }
}
