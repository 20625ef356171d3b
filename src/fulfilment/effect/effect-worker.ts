import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { cutToBytes } from '../../common/cut-to-bytes.js';
import { Clock } from '../../common/time/clock.js';
import { DueWorker } from '../../common/time/due-worker.js';
import { run, statement } from '../../database/sql.js';
import { EFFECT_KINDS, later, type EffectKind, type EffectResult } from './effect-kind.js';
import type { Effect } from './effect.entity.js';
import type { EffectStatus } from './effect.status.js';

/** An attempt that nobody reports back on (the process died) is followed by the next one after this time. */
const LEASE_MS = 60_000;
/** At most so many at once, and about so many of one target: a dead receiver that times out leaves room for the others. */
const SLOTS = 32;
const SLOTS_OF_TARGET = 4;
const MESSAGE_BYTES = 1024;

/**
 * The attempt is written down before it starts: after a crash it is there, without an answer. A kind this version does
 * not know waits for the one that does (a deployment under way).
 */
const CLAIM = statement(
  'claim-due-effects',
  `WITH due AS (
     SELECT id FROM effects
     WHERE next_attempt_at <= $1 AND kind = ANY ($5::text[]) AND id <> ALL ($3::uuid[]) AND kind || ':' || target <> ALL ($4::text[])
     ORDER BY next_attempt_at LIMIT ${SLOTS_OF_TARGET} FOR UPDATE SKIP LOCKED),
   claimed AS (
     UPDATE effects e SET next_attempt_at = $2, attempts = attempts + 1, tries = tries + 1
     FROM due WHERE e.id = due.id RETURNING e.*),
   started AS (
     INSERT INTO effect_attempts (effect_id, attempt, at) SELECT id, attempts, $1 FROM claimed)
   SELECT id, kind, target, subject_kind AS "subjectKind", subject_id AS "subjectId", order_id AS "orderId",
          dedupe_key AS "dedupeKey", payload, status, attempts, tries, next_attempt_at AS "nextAttemptAt",
          created_at AS "createdAt", concluded_at AS "concludedAt"
   FROM claimed`,
);
/** Only the newest attempt decides; one whose lease ran out has been overtaken and leaves its answer behind. */
const REPORT = statement(
  'report-effect',
  `WITH answered AS (
     UPDATE effect_attempts SET outcome = $3, code = $4, message = $5, duration_ms = $6 WHERE effect_id = $1 AND attempt = $2)
   UPDATE effects SET status = $7, next_attempt_at = $8, concluded_at = $9
   WHERE id = $1 AND attempts = $2 AND status = 'PENDING'`,
);

/** Carries out due effects, several at a time and each on its own: none waits for another that is slow or broken. */
@Injectable()
export class EffectWorker extends DueWorker {
  private readonly inFlight = new Map<string, { target: string; end: Promise<void> }>();

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(EFFECT_KINDS) private readonly kinds: readonly EffectKind[],
    clock: Clock,
  ) {
    super('effects', clock);
  }

  override async beforeApplicationShutdown(): Promise<void> {
    await super.beforeApplicationShutdown();
    await Promise.all([...this.inFlight.values()].map(({ end }) => end));
  }

  protected async runOnce(): Promise<boolean> {
    if (this.inFlight.size >= SLOTS) return false; // the next one that ends wakes this loop
    const now = this.clock.now();
    const claimed = await run<Effect>(this.dataSource.manager, CLAIM, [
      now,
      new Date(now.getTime() + LEASE_MS),
      [...this.inFlight.keys()],
      this.busyTargets(),
      this.kinds.map(({ kind }) => kind),
    ]);
    for (const effect of claimed) {
      const end = this.carryOut(effect).finally(() => {
        this.inFlight.delete(effect.id);
        this.wake();
      });
      this.inFlight.set(effect.id, { target: targetOf(effect), end });
    }
    return claimed.length > 0;
  }

  private busyTargets(): string[] {
    const targets = Map.groupBy(this.inFlight.values(), ({ target }) => target);
    return [...targets].filter(([, effects]) => effects.length >= SLOTS_OF_TARGET).map(([target]) => target);
  }

  private async carryOut(effect: Effect): Promise<void> {
    const kind = this.kinds.find(({ kind }) => kind === effect.kind);
    if (kind === undefined) throw new Error(`claimed an effect of the unknown kind ${effect.kind}`);
    const started = performance.now();
    const result = await this.attempt(kind, effect);
    try {
      await this.report(effect, kind.schedule, result, Math.round(performance.now() - started));
    } catch (error) {
      this.logger.error('an attempt could not be written down; its lease brings the effect back', {
        effectId: effect.id,
        cause: error,
      });
    }
  }

  private async attempt(kind: EffectKind, effect: Effect): Promise<EffectResult> {
    if (effect.tries > kind.schedule.length + 1) return later('NO_ANSWER', 'earlier attempts never ended');
    try {
      return await kind.run(effect);
    } catch (error) {
      this.logger.error(`an effect of kind ${effect.kind} failed`, { effectId: effect.id, cause: error });
      return later('ERROR', error instanceof Error ? error.name : 'unknown');
    }
  }

  private async report(
    effect: Effect,
    schedule: readonly number[],
    { outcome, code, message, at }: EffectResult,
    durationMs: number,
  ): Promise<void> {
    const now = this.clock.now();
    const waitSeconds = schedule[effect.tries - 1];
    const next =
      outcome === 'LATER' && waitSeconds !== undefined
        ? (at ?? new Date(now.getTime() + waitSeconds * 1000))
        : null;
    const status: EffectStatus = outcome !== 'LATER' ? outcome : next === null ? 'DEAD' : 'PENDING';
    await run(this.dataSource.manager, REPORT, [
      effect.id,
      effect.attempts,
      outcome,
      code,
      // Answers come from anywhere; a column refuses NUL, and an attempt has to be written down.
      cutToBytes(message.replace(/\p{Cc}/gu, ' '), MESSAGE_BYTES),
      durationMs,
      status,
      next,
      next === null ? now : null,
    ]);
    if (status === 'DEAD') {
      const { id, kind, target, orderId, attempts } = effect;
      const known = { effectId: id, target, orderId, attempts, code };
      this.logger.error(`an effect of kind ${kind} is dead: replay it when its cause is mended`, known);
    }
  }
}

function targetOf({ kind, target }: Effect): string {
  return `${kind}:${target}`;
}
