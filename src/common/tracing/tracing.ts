import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { context, propagation, trace } from '@opentelemetry/api';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { outsideRequests } from '../http/request-id.js';

/** Retries included; a collector that is away holds up a shutdown no longer. */
const EXPORT_MS = 2000;

/** Sends traces to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names; without one nothing of it is even loaded. */
@Injectable()
export class Tracing implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('tracing');
  private flush: () => Promise<void> = () => Promise.resolve();

  constructor(@Inject(SETTINGS) private readonly settings: Pick<Settings, 'tracing'>) {}

  async onModuleInit(): Promise<void> {
    const { endpoint, serviceName, ratio } = this.settings.tracing;
    if (endpoint === undefined) return;
    const [sdk, { AsyncLocalStorageContextManager }, core, { resourceFromAttributes }, exporting] =
      await Promise.all([
        import('@opentelemetry/sdk-trace'),
        import('@opentelemetry/context-async-hooks'),
        import('@opentelemetry/core'),
        import('@opentelemetry/resources'),
        import('@opentelemetry/exporter-trace-otlp-http'),
      ]);
    core.setGlobalErrorHandler((cause) =>
      outsideRequests(() =>
        this.logger.warn('traces could not be sent; nothing else is affected', { cause }),
      ),
    );
    const exporter = new exporting.OTLPTraceExporter({
      url: `${endpoint}/v1/traces`,
      timeoutMillis: EXPORT_MS,
    });
    const provider = new sdk.TracerProvider({
      resource: resourceFromAttributes({ 'service.name': serviceName }),
      sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(ratio) }),
      spanProcessors: [new sdk.BatchSpanProcessor({ exporter })],
    });
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new core.W3CTraceContextPropagator());
    trace.setGlobalTracerProvider(provider);
    this.flush = () => provider.shutdown();
  }

  /** Last of all: what happened during the shutdown is sent as well. */
  async onApplicationShutdown(): Promise<void> {
    if (this.settings.tracing.endpoint === undefined) return;
    await this.flush().catch((cause: unknown) =>
      this.logger.warn('the last traces could not be sent', { cause }),
    );
    for (const part of [trace, context, propagation]) part.disable();
  }
}
