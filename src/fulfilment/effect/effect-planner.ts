import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { DomainEvent } from '../../jobs/event.js';
import { Feed } from '../../jobs/feed.js';
import { JobService } from '../../jobs/job.service.js';
import { EFFECT_KINDS, type EffectKind } from './effect-kind.js';
import { EffectWorker } from './effect-worker.js';
import { EffectService } from './effect.service.js';

/** Turns events into effects, and says each event in the feed of the consoles and in the log, where people read it (A24). */
@Injectable()
export class EffectPlanner implements OnApplicationBootstrap {
  private readonly logger = new Logger('events');

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly jobs: JobService,
    private readonly feed: Feed,
    private readonly effects: EffectService,
    private readonly worker: EffectWorker,
    @Inject(EFFECT_KINDS) private readonly kinds: readonly EffectKind[],
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.jobs.work('events', (jobs) => this.handle(jobs));
  }

  /**
   * A kind that cannot plan an event holds up itself alone: everything else is committed, and the job is handled again
   * until that kind can, which adds nothing twice.
   */
  private async handle(jobs: readonly (readonly DomainEvent[])[]): Promise<(Error | undefined)[]> {
    await Promise.all(jobs.flat().map((event) => this.feed.add(event)));
    const failures = await Promise.all(this.kinds.map((kind) => this.planJobs(kind, jobs)));
    return jobs.map((events, index) => {
      const causes = failures.flatMap((ofKind) => ofKind[index] ?? []);
      if (causes.length > 0) {
        const types = [...new Set(events.map(({ type }) => type))].join(', ');
        return new AggregateError(causes, `${types} could not be planned`);
      }
      for (const event of events) this.logger.log(event.type, event);
      return undefined;
    });
  }

  /** @returns for each job what went wrong */
  private async planJobs(kind: EffectKind, jobs: readonly (readonly DomainEvent[])[]): Promise<unknown[][]> {
    try {
      const events = jobs.flat();
      const concerning = new Set(await kind.concerning(events, this.dataSource.manager));
      if (concerning.size === 0) return jobs.map(() => []);
      return await Promise.all(
        jobs.map((own) =>
          this.planAll(
            kind,
            own.filter((event) => concerning.has(event)),
          ),
        ),
      );
    } catch (error) {
      return jobs.map(() => [error]);
    }
  }

  /** @returns what went wrong */
  private async planAll(kind: EffectKind, events: readonly DomainEvent[]): Promise<unknown[]> {
    const failures: unknown[] = [];
    let planned = 0;
    for (const event of events)
      planned += await this.plan(kind, event).catch((cause: unknown) => {
        failures.push(new Error(`${subjectOf(event)}: ${wordsOf(cause)}`, { cause }));
        return 0;
      });
    if (planned > 0) this.worker.wake();
    return failures;
  }

  /** @returns how many */
  private async plan(kind: EffectKind, event: DomainEvent): Promise<number> {
    const { manager } = this.dataSource;
    const planned =
      'reconciliationId' in event
        ? ((await kind.planReconciliation?.(event, manager)) ?? [])
        : await kind.plan(event, manager);
    const dedupeKey = (target: string): string => `${event.id}:${kind.kind}:${target}`;
    await this.effects.add(
      manager,
      planned.map((effect) => ({ ...effect, kind: kind.kind, dedupeKey: dedupeKey(effect.target) })),
    );
    return planned.length;
  }
}

function subjectOf(event: DomainEvent): string {
  return 'orderId' in event ? `order ${event.orderId}` : `reconciliation ${event.reconciliationId}`;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
