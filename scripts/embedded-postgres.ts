import { fork, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

/** What the host process is asked to run. */
export interface EmbeddedPostgresOptions {
  /** Where the cluster lives; initialised when empty. */
  dataDir: string;
  password: string;
  /** 0 = any free port. */
  port?: number;
  /** Server settings, e.g. `{ fsync: 'off' }` for throw-away test clusters. */
  settings?: Record<string, string>;
  /** Clients of this machine may come through a socket in the data folder, whose path must then be short (100 bytes). */
  unixSocket?: boolean;
}

export interface EmbeddedPostgres {
  port: number;
  /** Connection string for one database of the cluster. */
  url(database: string): string;
  stop(): Promise<void>;
}

/** @internal `dataDir`: where the cluster lives, which may not be where it was asked for (embedded-postgres-place.ts) */
export type HostMessage = { ready: true; dataDir: string } | { failed: string };

/**
 * Starts a real PostgreSQL server from the registry's binaries (development, demo, tests and bench; production
 * brings its own). It runs under a detached host process: Ctrl-C reaches a whole process group at once and would
 * kill the database before the application has committed its last answer. The host stops the server on request,
 * or by itself when this process is gone, so nothing is left behind after a `kill -9` either.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const port = options.port || (await freePort());
  const host = fork(fileURLToPath(new URL('./embedded-postgres-host.js', import.meta.url)), [], {
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  host.send({ ...options, port });
  const { dataDir } = await ready(host);
  host.unref();
  host.channel?.unref();
  const way = options.unixSocket ? `?host=${encodeURIComponent(dataDir)}` : '';
  return {
    port,
    url: (database) =>
      `postgres://postgres:${encodeURIComponent(options.password)}@127.0.0.1:${port}/${database}${way}`,
    stop: () => stop(host),
  };
}

/** Below the range from which systems take ports for outgoing connections: one of those could come in between. */
const [FIRST_PORT, LAST_PORT] = [20_000, 32_000];

/** A port nobody listens on, for a program that has to know it before it starts. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    if (await canListen(port)) return port;
  }
}

function canListen(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

function ready(host: ChildProcess): Promise<{ dataDir: string }> {
  return new Promise((resolve, reject) => {
    host.once('message', (message: HostMessage) => {
      if ('ready' in message) resolve(message);
      else reject(new Error(`embedded PostgreSQL did not start: ${message.failed}`));
    });
    host.once('exit', (code) => reject(new Error(`embedded PostgreSQL's host ended with ${code}`)));
    host.once('error', reject);
  });
}

function stop(host: ChildProcess): Promise<void> {
  if (host.exitCode !== null || !host.connected) return Promise.resolve();
  return new Promise((resolve) => {
    host.ref();
    host.once('exit', () => resolve());
    host.disconnect();
  });
}
