import { fork, type ChildProcess } from 'node:child_process';
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
}

export interface EmbeddedPostgres {
  port: number;
  /** Connection string for one database of the cluster. */
  url(database: string): string;
  stop(): Promise<void>;
}

export type HostMessage = { ready: true } | { failed: string };

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
  await ready(host);
  host.unref();
  host.channel?.unref();
  return {
    port,
    url: (database) =>
      `postgres://postgres:${encodeURIComponent(options.password)}@127.0.0.1:${port}/${database}`,
    stop: () => stop(host),
  };
}

/** A port nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port was assigned');
  return address.port;
}

function ready(host: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    host.once('message', (message: HostMessage) => {
      if ('ready' in message) resolve();
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
