import { StandardSchemaValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppModule } from './app.module.js';
import { readRequestBodies } from './common/http/body-parsers.js';
import { structuredLogger } from './common/log.js';
import { Metrics } from './common/metrics/metrics.js';
import { measureRequests } from './common/metrics/request-metrics.js';
import { traceRequests } from './common/tracing/request-spans.js';
import { ProblemFilter } from './common/http/problem.filter.js';
import { limitAddresses, RateLimits } from './common/http/rate-limits.js';
import { requestId, withinRequest } from './common/http/request-id.js';
import { validationProblem } from './common/http/validation.js';
import type { Settings } from './config/settings.js';
import { serveConsole } from './console.js';
import { serveDocs } from './docs.js';
import { checkCertificates } from './wxpay/client-certificate.js';
import { speaksByCookie } from './operator/session/session-cookie.js';

const REQUEST_TIMEOUT_MS = 30_000;

/**
 * Builds the whole application; `main.ts` and every test call this same function.
 * @throws SettingsError, DatabaseNotMigrated, or the database's own error
 */
export async function createApp(settings: Settings): Promise<NestFastifyApplication> {
  checkCertificates(settings, new Date());
  const problems = new ProblemFilter();
  const adapter = new FastifyAdapter({
    requestTimeout: REQUEST_TIMEOUT_MS,
    trustProxy: settings.http.trustedProxies.length > 0 ? settings.http.trustedProxies : false,
    genReqId: requestId,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      problems.answer(error, request, reply),
    return503OnClosing: true,
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(settings), adapter, {
    bodyParser: false,
    logger: structuredLogger(settings),
    abortOnError: false,
  });
  const fastify = adapter.getInstance();
  if (settings.tracing.endpoint !== undefined) traceRequests(fastify);
  readRequestBodies(fastify);
  measureRequests(fastify, app.get(Metrics));
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply
      .header('X-Request-Id', request.id)
      .header('Cache-Control', 'no-store')
      .header('X-Content-Type-Options', 'nosniff');
    withinRequest(request.id, done);
  });
  if (settings.http.addressRequestsPerMinute !== undefined) limitAddresses(fastify, app.get(RateLimits));
  // By Fetch Metadata and Origin; only a request that a browser sends with the staff's cookie can be somebody else's.
  app.enableCsrfProtection({
    trustedOrigins: [new URL(settings.http.publicUrl).origin],
    exclude: (request: FastifyRequest) => !speaksByCookie(request),
  });
  if (settings.http.corsOrigins.length > 0) app.enableCors({ origin: settings.http.corsOrigins });
  app.useGlobalFilters(problems);
  app.useGlobalPipes(new StandardSchemaValidationPipe({ exceptionFactory: validationProblem }));
  serveDocs(app);
  await serveConsole(fastify);
  await app.init();
  return app;
}
