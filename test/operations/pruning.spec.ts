import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Pruning } from '../../src/operations/pruning.js';
import { startSystem, type System } from '../support/system.js';

const DAYS = (days: number): string => `now() - interval '${days} days'`;

/** What a name that the rows carry says about their age. */
describe('retention', () => {
  let system: System;

  beforeAll(async () => {
    system = await startSystem();
  });
  afterAll(() => system.stop());

  const prune = (): Promise<void> => system.app.get(Pruning).prune();
  const left = async (table: string, name: string): Promise<string[]> => {
    const rows = await system.database.query<{ name: string }>(
      `SELECT ${name} AS name FROM ${table} ORDER BY name`,
    );
    return rows.map((row) => row.name);
  };

  it('forgets effects half a year after they were done or refused, dead ones after thirteen months, pending ones never', async () => {
    const concluded: [string, string, number][] = [
      ['done, long ago', 'DONE', 181],
      ['done, lately', 'DONE', 179],
      ['refused, long ago', 'REFUSED', 181],
      ['dead, long ago', 'DEAD', 181],
      ['dead, out of mind', 'DEAD', 401],
    ];
    for (const [name, status, days] of concluded) {
      await system.database.query(
        `INSERT INTO effects (id, kind, target, subject_kind, subject_id, dedupe_key, payload, status, attempts, tries, created_at, concluded_at)
         VALUES (uuidv7(), 'retired', 'x', 'order', uuidv7(), $1, '{}', $2, 1, 1, ${DAYS(days)}, ${DAYS(days)})`,
        [name, status],
      );
    }
    await system.database.query(
      `INSERT INTO effects (id, kind, target, subject_kind, subject_id, dedupe_key, payload, status, attempts, tries, created_at, concluded_at, next_attempt_at)
       VALUES (uuidv7(), 'retired', 'x', 'order', uuidv7(), 'done again yesterday', '{}', 'DONE', 2, 1, ${DAYS(300)}, ${DAYS(1)}, NULL),
              (uuidv7(), 'retired', 'x', 'order', uuidv7(), 'pending', '{}', 'PENDING', 1, 1, ${DAYS(500)}, NULL, ${DAYS(-1)})`,
    );
    await system.database.query(
      "INSERT INTO effect_attempts (effect_id, attempt, at, outcome) SELECT id, 1, created_at, 'DONE' FROM effects",
    );
    await prune();
    const kept = ['dead, long ago', 'done again yesterday', 'done, lately', 'pending'];
    expect(await left('effects', 'dedupe_key')).toEqual(kept);
    expect(await left('effect_attempts a JOIN effects e ON e.id = a.effect_id', 'dedupe_key')).toEqual(kept);
  });

  it('takes more than a batch in one go', async () => {
    await system.database.query(
      `INSERT INTO notifications (id, account_id, kind, received_at, verdict, verified, body, body_sha256, reason)
       SELECT uuidv7(), 'default', 'PAYMENT', ${DAYS(500)}, 'SETTLED', true, '', '', 'many' FROM generate_series(1, 2500)`,
    );
    await system.database.query(
      `INSERT INTO effects (id, kind, target, subject_kind, subject_id, dedupe_key, payload, status, attempts, tries, created_at, concluded_at)
       SELECT uuidv7(), 'retired', 'x', 'order', uuidv7(), 'many ' || i, '{}', 'DONE', 1, 1, ${DAYS(200)}, ${DAYS(200)}
       FROM generate_series(1, 2500) AS i`,
    );
    await prune();
    expect((await left('effects', 'dedupe_key')).filter((name) => name.startsWith('many'))).toEqual([]);
    expect(await left('notifications', 'reason')).toEqual([]);
  });

  it('keeps believed notifications thirteen months, others thirty days', async () => {
    for (const [name, verified, days] of [
      ['believed, a year ago', true, 399],
      ['believed, longer ago', true, 401],
      ['not believed, lately', false, 29],
      ['not believed, last month', false, 31],
    ] as const) {
      await system.database.query(
        `INSERT INTO notifications (id, account_id, kind, received_at, verdict, verified, body, body_sha256, reason)
         VALUES (uuidv7(), 'default', 'PAYMENT', ${DAYS(days)}, $2, $3, '', '', $1)`,
        [name, verified ? 'SETTLED' : 'FORGED', verified],
      );
    }
    await prune();
    expect(await left('notifications', 'reason')).toEqual(['believed, a year ago', 'not believed, lately']);
  });

  it('keeps Idempotency-Keys a week, the feed two days, repeated messages a week', async () => {
    const { database } = system;
    await database.query(
      `INSERT INTO idempotency_keys (principal, method, path, key, body_hash, resource_id, created_at)
       VALUES ('buyer:x', 'POST', '/', 'six days', '', uuidv7(), ${DAYS(6)}), ('buyer:x', 'POST', '/', 'eight days', '', uuidv7(), ${DAYS(8)})`,
    );
    await database.query(
      `INSERT INTO feed (event_id, type, at, written_at)
       VALUES (uuidv7(), 'one day', now(), ${DAYS(1)}), (uuidv7(), 'three days', now(), ${DAYS(3)})`,
    );
    await database.query(
      `INSERT INTO wechat_messages (key, received_at) VALUES ('six days', ${DAYS(6)}), ('eight days', ${DAYS(8)})`,
    );
    await prune();
    expect(await left('idempotency_keys', 'key')).toEqual(['six days']);
    expect(await left('feed', 'type')).toEqual(['one day']);
    expect(await left('wechat_messages', "convert_from(key, 'UTF8')")).toEqual(['six days']);
  });
});
