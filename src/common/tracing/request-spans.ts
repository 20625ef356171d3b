import { context, propagation, SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { TRACER } from './span.js';

/** Begins a span with every request, as part of the caller's trace when its `traceparent` names one. */
export function traceRequests(fastify: FastifyInstance): void {
  const spans = new WeakMap<FastifyRequest, Span>();
  fastify.addHook('onRequest', (request, _reply, done) => {
    const caller = propagation.extract(context.active(), request.headers);
    const attributes = { 'http.request.method': request.method, 'request.id': request.id };
    const options = { kind: SpanKind.SERVER, attributes };
    const span = trace.getTracer(TRACER).startSpan(request.method, options, caller);
    spans.set(request, span);
    context.with(trace.setSpan(caller, span), done);
  });
  fastify.addHook('onResponse', (request, { statusCode }, done) => {
    const route = request.routeOptions.url ?? 'none'; // the pattern: an address would tell whose order it is
    spans
      .get(request)
      ?.updateName(`${request.method} ${route}`)
      .setAttributes({ 'http.route': route, 'http.response.status_code': statusCode })
      .setStatus({ code: statusCode >= 500 ? SpanStatusCode.ERROR : SpanStatusCode.UNSET })
      .end();
    done();
  });
}
