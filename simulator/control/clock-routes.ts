import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { World } from '../world.js';
import { readInput } from './input.js';

/** Far enough for "refunds end after a year"; further would only be a typing error. */
const LONGEST_JUMP_SECONDS = 10 * 366 * 86_400;

const jumpInput = z.strictObject({ advanceSeconds: z.number().min(0).max(LONGEST_JUMP_SECONDS) });
const followInput = z.object({
  follower: z.string().min(1).max(200).optional(),
  /** The version the follower has; none yet: it is answered at once. */
  version: z.coerce.number().default(0),
});

/** The simulator's clock, and how merchant backends follow it (README.md, "The clock"). */
export function clockRoutes(app: FastifyInstance, world: World): void {
  app.get('/_sim/clock', async (request, reply) => {
    const { follower, version } = readInput(followInput, request.query);
    if (follower !== undefined) await world.followers.ask(follower, version, goneSignal(reply));
    return clockView(world);
  });

  app.post('/_sim/clock', async (request) => {
    const { advanceSeconds } = readInput(jumpInput, request.body);
    const followers = await world.advance(advanceSeconds);
    return { ...clockView(world), followers };
  });
}

function clockView({ clock }: World): { now: string; offsetMs: number; version: number } {
  return { now: new Date(clock.now()).toISOString(), offsetMs: clock.offsetMs, version: clock.version };
}

/** Aborts when the asker hangs up before it was answered. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return gone.signal;
}
