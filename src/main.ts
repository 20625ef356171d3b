import { existsSync } from 'node:fs';
import process from 'node:process';
import { createApp } from './app.js';
import { DatabaseNotMigrated } from './database/database.module.js';
import { readSettings, SettingsError } from './config/settings.js';

/** After this long a shutdown that hangs is cut off, so that a rolling restart goes on. */
const SHUTDOWN_MS = 25_000;

async function start(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env'); // what the environment already says wins
  const settings = readSettings(process.env);
  const app = await createApp(settings);
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1); // the second signal means it
    stopping = true;
    process.stderr.write(`${signal}: finishing requests and jobs; once more to exit at once\n`);
    setTimeout(cutOff, SHUTDOWN_MS).unref();
    app.close().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  await app.listen(settings.http.port, settings.http.host);
  process.stdout.write(`listening on ${await app.getUrl()}\n`);
}

/** Whatever hangs is in the log before this; every decision is committed or was never made. */
function cutOff(): never {
  process.stderr.write(`not finished after ${SHUTDOWN_MS / 1000} s: cut off\n`);
  process.exit(1);
}

function fail(error: unknown): never {
  const expected = error instanceof SettingsError || error instanceof DatabaseNotMigrated;
  process.stderr.write(
    `${expected ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
  );
  process.exit(1);
}

start().catch(fail);
