import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { TestBuyer, type CheckedOut } from '../support/buyer.js';
import { command } from '../support/command.js';
import { PROTOCOLS, type ProtocolName } from '../support/protocols.js';
import { TestOperator } from '../support/staff.js';
import { hasConverged, PRICE, STOCK, type Flow, type Scene } from './flow.js';
import type { Life, Point } from './life.js';
import { startMortalSystem, type MortalSystem } from './mortal-system.js';

/** `npm run crash-points` (`all`) dies where nothing has changed as well, and prints every point; `list` only prints them. */
const MODE = process.env['CRASH_POINTS'];
const POINTS_MS = 300_000;
/** `npm test` takes every third, beginning as it comes; `npm run crash-points` takes all. */
const SHARE = 3;
const FIRST = new Date().getSeconds() % SHARE;
/** Longer than every lease of a single payment or refund. */
const LEASE_SECONDS = 95;
const PATIENCE_MS = 2000;
const ROUNDS = 10;

/**
 * Runs each flow once to learn its points, then once for each of them with a `kill -9` there, a new start and time passing:
 * everything must end as if nobody had died. Nobody writes the points down; a call that is added is a point.
 * @param which of the points, where not all are asked for
 */
export function crashPointsSuite(
  protocol: ProtocolName,
  flows: readonly Flow[],
  which: (point: Point) => boolean,
): void {
  describe(`kill -9 at every point, ${protocol}`, () => {
    let system: MortalSystem;
    let finance: TestOperator;
    beforeAll(async () => {
      system = await startMortalSystem({ ...PROTOCOLS[protocol].env, REFUND_FOUR_EYES: 'false' });
      finance = await TestOperator.login(system, 'FINANCE');
    });
    afterAll(() => system.stop());

    it.each(flows.map((flow) => [flow.name, flow] as const))(
      '%s',
      async (name, flow) => {
        const points = await pointsOf(flow);
        expect(points.length).toBeGreaterThan(0);
        if (MODE !== undefined) print(`${protocol}, ${name}`, points);
        if (MODE === 'list') return;
        const unreached: string[] = [];
        const taken = MODE === undefined ? someOf(points) : points;
        for (const { name } of taken) if (!(await dies(flow, name))) unreached.push(name);
        expect(unreached.length).toBeLessThan(taken.length / 10 + 1);
      },
      POINTS_MS,
    );

    it('the books verify', async () => {
      await system.alive();
      expect(await command('ledger-verify', { DATABASE_URL: system.database.url })).toMatchObject({
        code: 0,
      });
    });

    /** Those it comes by every time: what an earlier flow left to be done later passes by once. */
    async function pointsOf(flow: Flow): Promise<Point[]> {
      const [once, again] = [await live(flow), await live(flow)];
      const both = once.filter(({ name }) => again.some((other) => other.name === name));
      // Each flow writes something down and calls WeChat: a door that nobody watches any more would be seen here.
      for (const crossing of [/^before COMMIT /, /^before (GET|POST) /])
        expect(both).toContainEqual(expect.objectContaining({ name: expect.stringMatching(crossing) }));
      return both.filter((point) => MODE !== undefined || which(point));
    }

    /** A point may be missed where two things happen at once in another order; the next time it is there. */
    async function dies(flow: Flow, point: string): Promise<boolean> {
      const before = system.deaths();
      try {
        for (let tries = 1; tries <= 3 && system.deaths() === before; tries++) await live(flow, point);
      } catch (cause) {
        throw new Error(`killed ${point}: ${(cause as Error).message}`, { cause });
      }
      return system.deaths() > before;
    }

    /** Lives one flow to its end. @returns the points it came by before it died */
    async function live(flow: Flow, deathAt?: string): Promise<Point[]> {
      await system.alive();
      const productId = await system.product({ priceFen: PRICE, stock: STOCK });
      const scene: Scene = { system, finance, productId, buyer: await TestBuyer.login(system) };
      const prepared = await flow.prepare(scene);
      const life = system.life();
      life.watch(deathAt);
      await converge(scene, flow, await flow.act(scene, prepared), life);
      await system.control.noFaults();
      return life.endWatch();
    }

    /** After a death the leases of the dead run out; WeChat notifies again, and our rows are due. */
    async function converge(scene: Scene, flow: Flow, order: CheckedOut, life: Life): Promise<void> {
      let mourned = false;
      let until = performance.now() + PATIENCE_MS;
      for (let round = 1; ; await sleep(40)) {
        try {
          return await hasConverged(scene, flow, order);
        } catch (error) {
          if (life.dead && !mourned) {
            mourned = true;
            await system.alive();
            await system.control.advance(flow.leaseSeconds ?? LEASE_SECONDS);
            // A second jump at once would make what the new life has just signed older than WeChat's five minutes.
            until = performance.now() + PATIENCE_MS;
          } else if (performance.now() > until) {
            if (round++ === ROUNDS) throw error;
            until = performance.now() + PATIENCE_MS;
            await system.control.advance(flow.leaseSeconds ?? LEASE_SECONDS);
          }
        }
      }
    }
  });
}

function print(flow: string, points: Point[]): void {
  const lines = points.map(({ name, echo }) => `  ${echo ? '· ' : ''}${name}\n`).join('');
  process.stdout.write(
    `${flow}: ${points.length} points (· nothing has changed since the one before)\n${lines}`,
  );
}

function someOf(points: readonly Point[]): readonly Point[] {
  const share = Math.min(SHARE, points.length);
  return points.filter((_, index) => index % share === FIRST % share);
}
