import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import type { EmbeddedPostgresOptions, HostMessage } from './embedded-postgres.js';
import { asRoot, NOBODY, usableBinaries, usableDataDir } from './embedded-postgres-place.js';

const START_TIMEOUT_MS = 15_000;

const identity = asRoot ? { uid: NOBODY, gid: NOBODY } : {};
let server: ChildProcess | undefined;
let ending = false;

process.once('message', (options: EmbeddedPostgresOptions & { port: number }) => {
  run(options).then(
    (dataDir) => answer({ ready: true, dataDir }),
    (error: unknown) => {
      answer({ failed: error instanceof Error ? error.message : String(error) });
      process.exitCode = 1;
      end();
    },
  );
});
process.once('disconnect', end);
// The group's Ctrl-C is the application's business; the database goes last, when the application is done with it.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', end);

/** @returns where the cluster lives */
async function run(options: EmbeddedPostgresOptions & { port: number }): Promise<string> {
  const [bin, dataDir] = [await usableBinaries(), await usableDataDir(options.dataDir)];
  if (!existsSync(join(dataDir, 'PG_VERSION'))) await initialise(bin, dataDir, options.password);
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: options.unixSocket ? dataDir : '',
    timezone: 'UTC',
    max_connections: '200',
    ...options.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  server = spawn(join(bin, 'postgres'), ['-D', dataDir, '-p', String(options.port), ...flags], {
    ...identity,
    cwd: dataDir,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await accepting(server);
  return dataDir;
}

/** Resolves when the server says it takes connections; fails with its own last words otherwise. */
function accepting(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let words = '';
    const timer = setTimeout(
      () => reject(new Error(`no answer in ${START_TIMEOUT_MS} ms: ${words}`)),
      START_TIMEOUT_MS,
    );
    child.stderr?.on('data', (chunk: Buffer) => {
      words = (words + chunk.toString()).slice(-2000);
      if (words.includes('ready to accept connections')) {
        clearTimeout(timer);
        resolve();
      }
    });
    child.once('exit', () => {
      reject(new Error(words || 'the server ended'));
      if (ending) process.exit();
      else end();
    });
  });
}

async function initialise(bin: string, dataDir: string, password: string): Promise<void> {
  const left = await readdir(dataDir);
  if (left.length > 0) throw new Error(`${dataDir} is neither empty nor a PostgreSQL cluster`);
  const passwordFile = `${dataDir}.password`;
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (asRoot) await chown(passwordFile, NOBODY, NOBODY);
  const flags = [
    '-D',
    dataDir,
    '-U',
    'postgres',
    '-A',
    'scram-sha-256',
    '-E',
    'UTF8',
    '--locale=C',
    `--pwfile=${passwordFile}`,
  ];
  try {
    await new Promise<void>((resolve, reject) => {
      const child = spawn(join(bin, 'initdb'), flags, {
        ...identity,
        cwd: dataDir,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let words = '';
      child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()));
      child.once('error', reject);
      child.once('exit', (code) =>
        code === 0 ? resolve() : reject(new Error(`initdb ended with ${code}: ${words}`)),
      );
    });
  } finally {
    await rm(passwordFile, { force: true });
  }
}

function end(): void {
  if (ending) return;
  ending = true;
  if (server === undefined || server.exitCode !== null) process.exit();
  server.kill('SIGINT'); // PostgreSQL's "fast" shutdown: open transactions roll back, nothing committed is lost
}

function answer(message: HostMessage): void {
  if (process.connected) process.send?.(message);
}
