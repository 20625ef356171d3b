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
    await this.jobs.work('events', (event) => this.handle(event));
  }

  /**
   * A kind that cannot plan holds up itself alone: what the others planned is committed, and the event is handled again
   * until that kind can, which adds nothing twice.
   */
  private async handle(event: DomainEvent): Promise<void> {
    await this.feed.add(event);
    const planned = await Promise.allSettled(this.kinds.map((kind) => this.plan(kind, event)));
    if (planned.some((each) => each.status === 'fulfilled' && each.value > 0)) this.worker.wake();
    const failures = planned.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
    if (failures.length > 0) throw new AggregateError(failures, `${event.type} could not be planned`);
    this.logger.log(event.type, event);
  }

  /** @returns how many */
  private async plan(kind: EffectKind, event: DomainEvent): Promise<number> {
    const { manager } = this.dataSource;
    const planned = await kind.plan(event, manager);
    const dedupeKey = (target: string): string => `${event.id}:${kind.kind}:${target}`;
    await this.effects.add(
      manager,
      planned.map((effect) => ({ ...effect, kind: kind.kind, dedupeKey: dedupeKey(effect.target) })),
    );
    return planned.length;
  }
}
