import { medians, type Figures, type Phase } from './rounds.js';

/** The medians of all phases but the warm-up, and how the throughput went. */
export interface Turns extends Figures {
  /** Requests per second, phase by phase. */
  rpsEach: number[];
}

/** One kind of load on one server, phase by phase. */
export abstract class PhasedLoad {
  private readonly phases: Phase[] = [];

  /**
   * Prepares, loads and checks the books once.
   * @param before the phase before; undefined: this is the warm-up, which no figure shows
   */
  protected abstract phase(before: Phase | undefined): Promise<Phase>;

  async next(): Promise<Phase> {
    const phase = await this.phase(this.phases.at(-1));
    this.phases.push(phase);
    return phase;
  }

  get turns(): Turns {
    const measured = this.phases.slice(1);
    return { ...medians(measured), rpsEach: measured.map(({ rps }) => rps) };
  }
}

/** One load after the other in every round, so that what happens to the machine meanwhile happens to all of them. */
export async function inTurns(rounds: number, loads: readonly PhasedLoad[]): Promise<void> {
  for (let round = 0; round <= rounds; round++) for (const load of loads) await load.next();
}
