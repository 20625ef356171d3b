import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { uuidv7 } from '../../common/uuid-v7.js';
import { Clock } from '../../common/time/clock.js';
import { run, statement } from '../../database/sql.js';
import { EffectAttempt } from './effect-attempt.entity.js';
import { Effect } from './effect.entity.js';
import type { PlannedEffect } from './effect-kind.js';
import type { EffectStatus } from './effect.status.js';

/** The same cause twice is one effect, and the first payload stays. */
const INSERT = statement(
  'insert-effects',
  `INSERT INTO effects (id, kind, target, subject_kind, subject_id, order_id, dedupe_key, payload, status, attempts, tries,
                        next_attempt_at, created_at)
   SELECT id, kind, target, subject_kind, subject_id, order_id, dedupe_key, payload, 'PENDING', 0, 0, $2, $2
   FROM jsonb_to_recordset($1::jsonb)
     AS e(id uuid, kind text, target text, subject_kind text, subject_id uuid, order_id uuid, dedupe_key text, payload jsonb)
   ON CONFLICT (dedupe_key) DO NOTHING`,
);
const AGAIN = statement(
  'replay-effect',
  `UPDATE effects SET status = 'PENDING', tries = 0, next_attempt_at = $2, concluded_at = NULL WHERE id = $1`,
);
/**
 * What is over for long has been there for longer, so the index of the list finds it. In batches: a backlog of months
 * must not be one transaction, and instances share it.
 */
const PRUNE = statement(
  'prune-effects',
  `DELETE FROM effects WHERE id IN (
     SELECT id FROM effects
     WHERE created_at < $2 AND status = ANY ($1::text[]) AND concluded_at < $2
     ORDER BY created_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
   RETURNING id`,
);

export interface NewEffect extends PlannedEffect {
  id?: string;
  kind: string;
  dedupeKey: string;
}

/** Writes effects, due at once, and starts old ones again. Whoever commits one may wake the EffectWorker. */
@Injectable()
export class EffectService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  async add(manager: EntityManager, effects: readonly NewEffect[]): Promise<void> {
    if (effects.length === 0) return;
    const rows = effects.map(({ id = uuidv7(), kind, target, subject, orderId, dedupeKey, payload }) => ({
      id,
      kind,
      target,
      subject_kind: subject.kind,
      subject_id: subject.id,
      order_id: orderId,
      dedupe_key: dedupeKey,
      payload,
    }));
    await run(manager, INSERT, [JSON.stringify(rows), this.clock.now()]);
  }

  /**
   * Starts it again by hand, with the whole schedule before it. One that is being tried at this moment is left alone: a
   * second attempt beside it could do the same thing twice.
   * @returns the effect as it was, or null when there is none
   */
  async again(manager: EntityManager, id: string): Promise<Effect | null> {
    const effect = await manager.findOne(Effect, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (effect === null) return null;
    const now = this.clock.now();
    const last = await manager.findOneBy(EffectAttempt, { effectId: id, attempt: effect.attempts });
    const running = effect.nextAttemptAt !== null && effect.nextAttemptAt > now && last?.outcome === null;
    if (!running) await run(manager, AGAIN, [id, now]);
    return effect;
  }

  /**
   * Forgets what has been in one of these states for longer, with its attempts, from the oldest on.
   * @param most at once
   * @returns how many are gone; fewer than `most` when nothing is left
   */
  async prune(statuses: readonly EffectStatus[], keptMs: number, most: number): Promise<number> {
    const before = new Date(this.clock.now().getTime() - keptMs);
    return (await run(this.dataSource.manager, PRUNE, [statuses, before, most])).length;
  }
}
