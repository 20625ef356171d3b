import { createRequire, registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

/**
 * Jest runs every test file in a realm of its own, which for ES modules means: Nest, TypeORM and the rest are compiled
 * anew for each file, five seconds of it. This runtime imports test files as Node itself does. A worker loads a library
 * once, and `instanceof` means the same everywhere. The price: module state is shared by the files of one worker, so
 * nothing may keep any (nor does the application: it would be state outside the database).
 */
const require = createRequire(import.meta.url);
const { default: Runtime } = require('jest-runtime') as typeof import('jest-runtime');
const GLOBALS = Symbol.for('checkout.test.globals');
const NAMES = ['afterAll', 'afterEach', 'beforeAll', 'beforeEach', 'describe', 'expect', 'it'];

/** `@jest/globals` refuses to be loaded outside of a realm of Jest's; these stand in and follow the file that runs. */
const STAND_INS = NAMES.map(
  (name) => `
    export const ${name} = new Proxy(function () {}, {
      apply: (_, self, values) => globalThis[Symbol.for('checkout.test.globals')].${name}(...values),
      get: (_, key) => globalThis[Symbol.for('checkout.test.globals')].${name}[key],
    });`,
).join('');

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '@jest/globals'
      ? { url: 'test:globals', format: 'module', shortCircuit: true }
      : next(specifier, context),
  load: (url, context, next) =>
    url === 'test:globals' ? { format: 'module', source: STAND_INS, shortCircuit: true } : next(url, context),
});

export default class NativeRuntime extends Runtime {
  override unstable_shouldLoadAsEsm(): boolean {
    return true;
  }

  override async unstable_importModule(path: string): Promise<void> {
    await import(pathToFileURL(path).href);
  }

  /** The collector of tests: fresh for each file, because it keeps what it collected. */
  override requireInternalModule<T>(path: string): T {
    delete require.cache[path];
    return require(path) as T;
  }

  override setGlobalsForRuntime(globals: object): void {
    Object.assign(globalThis, { [GLOBALS]: globals });
  }
}
