import { generateKeyPair, createPublicKey } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const makeKeyPair = promisify(generateKeyPair);

/** The file's content; `make` fills it when it is not there yet. */
export async function fileOrMake<T extends string | Buffer>(
  path: string,
  mode: number,
  make: () => Promise<T> | T,
): Promise<T | Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const content = await make();
  await writeFile(path, content, { mode });
  return content;
}

/** An RSA 2048 private key (PKCS#8 PEM) in a file only its owner reads, made on the first start. */
export async function keyFile(path: string): Promise<string> {
  const pem = await fileOrMake(path, 0o600, async () => {
    const { privateKey } = await makeKeyPair('rsa', { modulusLength: 2048 });
    return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  });
  return pem.toString();
}

/** A certificate or public key (PEM) in a file everybody may read, made on the first start. */
export async function publicFile(path: string, make: () => string): Promise<string> {
  return (await fileOrMake(path, 0o644, make)).toString();
}

/** SPKI PEM of a private key's public half. */
export function publicHalf(privateKey: string): string {
  return createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }) as string;
}
