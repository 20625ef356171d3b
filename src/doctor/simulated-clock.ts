import { z } from 'zod';
import { Clock } from '../common/time/clock.js';
import type { GivenEnvironment } from './given-settings.js';

const answerSchema = z.object({ offsetMs: z.number() });

/** The business clock: with SIM_CLOCK_URL as far ahead as the simulator's is now, as the service's own would be. */
export async function simulatedClock({ SIM_CLOCK_URL: url }: GivenEnvironment, wall: Clock): Promise<Clock> {
  if (url === undefined) return wall;
  try {
    const { offsetMs } = answerSchema.parse(await (await fetch(url)).json());
    const clock = new Clock();
    clock.jumpTo(offsetMs);
    return clock;
  } catch {
    return wall; // no simulator, no other time; that WeChat does not answer is said elsewhere
  }
}
