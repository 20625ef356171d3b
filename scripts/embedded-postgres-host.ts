import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  access,
  chmod,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';
import process from 'node:process';
import type { EmbeddedPostgresOptions, HostMessage } from './embedded-postgres.js';

/** PostgreSQL refuses to run as root, so root lends it this user, which every Unix has. */
const NOBODY = 65534;
const START_TIMEOUT_MS = 15_000;

const asRoot = process.getuid?.() === 0;
const identity = asRoot ? { uid: NOBODY, gid: NOBODY } : {};
let server: ChildProcess | undefined;
let ending = false;

process.once('message', (options: EmbeddedPostgresOptions & { port: number }) => {
  run(options).then(
    () => answer({ ready: true }),
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

async function run(options: EmbeddedPostgresOptions & { port: number }): Promise<void> {
  const { bin, dataDir } = await place(options.dataDir);
  if (!(await exists(join(dataDir, 'PG_VERSION')))) await initialise(bin, dataDir, options.password);
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
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

/**
 * Where binaries and data can live. As root, neither is of use below a folder the unprivileged user may not enter
 * (a clone in root's home or in a private temporary folder): then both go to a fixed place made for this checkout.
 */
async function place(dataDir: string): Promise<{ bin: string; dataDir: string }> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const binaries = (await import(name)) as { postgres: string };
  const bin = dirname(binaries.postgres);
  if (!asRoot) {
    await mkdir(dataDir, { recursive: true });
    return { bin, dataDir };
  }
  const home = join(
    '/var/tmp',
    `embedded-postgres-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`,
  );
  await mkdir(home, { recursive: true });
  if ((await stat(home)).uid !== 0) throw new Error(`${home} belongs to somebody else`);
  const data = (await othersMayEnter(dirname(dataDir))) ? dataDir : join(home, 'data');
  await mkdir(data, { recursive: true });
  await chown(data, NOBODY, NOBODY);
  await chmod(data, 0o700);
  if (await othersMayEnter(bin)) return { bin, dataDir: data };
  const copied = join(home, 'native');
  if (!(await exists(copied))) {
    const half = await mkdtemp(join(home, 'copy-'));
    await chmod(half, 0o755);
    await cp(dirname(bin), half, { recursive: true, verbatimSymlinks: true });
    await rename(half, copied); // whole or not at all, also when the copy is interrupted
  }
  return { bin: join(copied, 'bin'), dataDir: data };
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

async function othersMayEnter(folder: string): Promise<boolean> {
  for (let at = folder; ; at = dirname(at)) {
    const mode = await stat(at).then(
      (found) => found.mode,
      () => 0o777, // not made yet: it will be ours
    );
    if ((mode & 0o001) === 0) return false;
    if (at === parse(at).root) return true;
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
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
