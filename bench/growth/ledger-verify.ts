import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BenchDatabase, Rig } from '../rig.js';

const PROGRAM = fileURLToPath(new URL('../../src/ledger-verify.js', import.meta.url));

/** `npm run ledger:verify` on a database. @returns how long it took, in ms @throws Error with its words when the books are wrong */
export async function verifyLedger(rig: Rig, { url }: BenchDatabase): Promise<number> {
  const started = performance.now();
  const verified = promisify(execFile)(process.execPath, [PROGRAM], {
    cwd: rig.dir,
    env: { DATABASE_URL: url },
  });
  rig.onStop(() => Promise.resolve(void verified.child.kill()));
  await verified.catch((error: { stdout?: string; stderr?: string }) => {
    throw new Error(`the ledger is wrong: ${error.stdout ?? ''}${error.stderr ?? ''}`, { cause: error });
  });
  return performance.now() - started;
}
