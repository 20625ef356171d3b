import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** Seconds; WeChat's calls and ours end between a millisecond and the 30 s after which a request is given up. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/**
 * What this process counts while it works (requirement B13). Each instance has its own; what is true of the shop as a whole
 * is asked of the database when somebody looks (`operations/shop-gauges.ts`).
 */
@Injectable()
export class Metrics {
  readonly registry = new Registry();

  /** `route` is the pattern, never the address that was asked for: ids would make a series each. */
  readonly requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Requests answered by this instance, by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers: [this.registry],
  });

  /** `outcome`: accepted, rejected, unknown (`wxpay/outcome.ts`); of refunds and bills also `later`, of bills `none`. */
  readonly wxpayCalls = new Histogram({
    name: 'wxpay_call_duration_seconds',
    help: 'Calls to WeChat Pay by this instance, by merchant account, operation and outcome',
    labelNames: ['account', 'operation', 'outcome'],
    buckets: BUCKETS,
    registers: [this.registry],
  });

  /** Everything, in the text format of Prometheus. */
  text(): Promise<string> {
    return Registry.merge([ofProcess(), this.registry]).metrics();
  }
}

let processRegistry: Registry | undefined;

/** What Node says of its process. Watched from the first look on: it takes a timer every 10 ms, which nobody need pay for. */
function ofProcess(): Registry {
  if (processRegistry === undefined) {
    processRegistry = new Registry();
    collectDefaultMetrics({ register: processRegistry });
  }
  return processRegistry;
}
