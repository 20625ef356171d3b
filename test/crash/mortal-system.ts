import { setTimeout as sleep } from 'node:timers/promises';
import { createApp } from '../../src/app.js';
import { readSettings } from '../../src/config/settings.js';
import { startSystem, type System } from '../support/system.js';
import { inLife, watchDoors } from './doors.js';
import { Life } from './life.js';

/** A system whose application can be killed at a point, and which then starts it again on the same database and port. */
export interface MortalSystem extends System {
  /** The life that is lived at this moment. */
  life(): Life;
  /** Resolves when an application is there: at once, unless one has just died. */
  alive(): Promise<void>;
  /** How often it has died. */
  deaths(): number;
}

export async function startMortalSystem(env: Record<string, string>): Promise<MortalSystem> {
  watchDoors();
  const system = await startSystem(env);
  await system.stopApp();
  let deaths = 0;
  let life: Life;
  let starting: Promise<void>;
  const begin = async (): Promise<void> => {
    const mine = new Life(() => {
      deaths += 1;
      // As after a power cut: what was troubled may be quiet again, what was promised by nobody but this process is gone.
      starting = system.control.noFaults().then(begin);
    });
    life = mine;
    const settings = readSettings(system.env);
    const app = await inLife(mine, async () => {
      const app = await createApp(settings);
      await app.listen(settings.http.port, settings.http.host);
      return app;
    });
    mine.app = app;
    system.app = app;
  };
  starting = begin();
  await starting;
  const parts = { ...system };
  return Object.assign(system, {
    life: () => life,
    deaths: () => deaths,
    alive: () => starting,
    stop: async () => {
      await starting;
      await system.app.close();
      await parts.stop();
    },
  });
}

/**
 * As clients do: a connection that breaks or is refused, or a 5xx, and the same request is sent again. The minute for
 * which the dead process holds an idempotency key passes at once.
 */
export async function persistently<Result extends { status: number }>(
  system: MortalSystem,
  request: () => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      const answer = await request();
      if (answer.status < 500 && answer.status !== 409) return answer;
      if (tries === 10) throw new Error(`still refused: ${JSON.stringify(answer)}`);
    } catch (error) {
      if (tries === 10 || (error as Error).name !== 'TypeError') throw error; // what fetch throws when nobody answers
    }
    await system.alive();
    await system.database.query(
      "UPDATE idempotency_keys SET claimed_at = claimed_at - interval '61 seconds' WHERE claimed_at IS NOT NULL",
    );
    await sleep(20);
  }
}
