import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Runs one of the compiled commands (`migrate`, `audit-verify`, …) with exactly this environment. */
export function command(
  name: string,
  env: Record<string, string>,
  args: string[] = [],
  input?: string,
): Promise<{ code: number; out: string }> {
  return new Promise((resolve) => {
    const program = fileURLToPath(new URL(`../../src/${name}.js`, import.meta.url));
    const child = execFile(
      process.execPath,
      [program, ...args],
      { env: { PATH: process.env['PATH'] ?? '', ...env } },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), out: stdout + stderr }),
    );
    child.stdin?.end(input);
  });
}
