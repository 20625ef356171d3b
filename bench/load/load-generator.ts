import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { startChild } from '../child.js';
import type { Rig } from '../rig.js';
import type { LoadPlan, LoadResult, Order, Reply } from './plans.js';

/** The load generator, in a process of its own: what it costs is not in the servers' figures. */
export class LoadGenerator {
  private constructor(
    private readonly child: ChildProcess,
    readonly pid: number,
  ) {}

  static async start(rig: Rig): Promise<LoadGenerator> {
    const child = await startChild('bench/load/load.js', { env: {}, cwd: rig.dir, readyLine: 'load ready' });
    rig.onStop(() => child.stop());
    return new LoadGenerator(child.process, child.pid);
  }

  /** Makes and signs the requests beforehand and opens the connections. */
  async prepare(plan: LoadPlan): Promise<void> {
    await this.ask({ prepare: plan });
  }

  /**
   * Sends until the time is over or the prepared requests are used up, and waits for every answer.
   * @throws Error when any answer was not a success: such figures mean nothing
   */
  async go(): Promise<LoadResult> {
    const reply = await this.ask({ go: true });
    if (!('result' in reply)) throw new Error('the load generator gave no result');
    const { failed, failures, answered } = reply.result;
    if (failed > 0) throw new Error(`${failed} of ${answered} requests failed:\n${failures.join('\n')}`);
    return reply.result;
  }

  private async ask(order: Order): Promise<Reply> {
    const answer = once(this.child, 'message') as Promise<[Reply]>;
    this.child.send(order);
    const [reply] = await answer;
    if ('failed' in reply) throw new Error(`the load generator: ${reply.failed}`);
    return reply;
  }
}
