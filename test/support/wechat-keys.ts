import { cp } from 'node:fs/promises';

/** Gives a simulator that is to live in `dir` the keys and certificates of this run; making its own takes over a second. */
export async function giveWeChatKeys(dir: string): Promise<void> {
  const made = process.env['TEST_WECHAT'];
  if (made === undefined) throw new Error('TEST_WECHAT is missing: global-setup.ts makes the keys');
  await cp(made, dir, { recursive: true });
}
