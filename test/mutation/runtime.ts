import { pathToFileURL } from 'node:url';
import type { JestEnvironment } from '@jest/environment';
import NativeRuntime from '../support/native-runtime.js';

/** What instrumented code looks at: which change is in force, and where to note what was reached. */
interface Switchboard {
  activeMutant?: string;
}

const NAME = '__stryker__';
let runs = 0;

/**
 * Runs the same test files for one change after the other in one process. Nest, TypeORM and the changed file itself are
 * loaded once, which is most of what a run would take; only the test files are new each time. A change is switched on
 * from outside, so that it needs no fresh module, unless it changes what a module does when it is loaded: such changes
 * are left out where this runtime is used (`ignoreStatic`).
 */
export default class MutationRuntime extends NativeRuntime {
  private readonly switchboard: Switchboard;

  constructor(...given: ConstructorParameters<typeof NativeRuntime>) {
    super(...given);
    const [, { global }] = given as unknown as [unknown, JestEnvironment];
    this.switchboard = (global as unknown as Record<string, Switchboard>)[NAME] ?? {};
  }

  override async unstable_importModule(path: string): Promise<void> {
    Object.assign(globalThis, { [NAME]: this.switchboard });
    const change = process.env['__STRYKER_ACTIVE_MUTANT__'];
    if (change === undefined) delete this.switchboard.activeMutant;
    else this.switchboard.activeMutant = change;
    runs++;
    await import(`${pathToFileURL(path).href}?run=${runs}`);
  }
}
