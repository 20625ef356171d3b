import { join } from 'node:path';
import { loadKeyring, type Keyring, type KeyFolders } from './keyring.js';
import type { TenpayAuthority } from './material.js';

/** The keys of every merchant account. The first account's material lies in `root` itself, as the contract says. */
export class Keyrings {
  private readonly loaded = new Map<string, Keyring>();

  constructor(
    private readonly root: string,
    private readonly tenpay: TenpayAuthority,
  ) {}

  /** Reads an account's keys, or makes them. */
  async load(mchId: string): Promise<void> {
    this.loaded.set(mchId, await loadKeyring(this.foldersOf(mchId), mchId, this.tenpay));
  }

  of(mchId: string): Keyring {
    const keyring = this.loaded.get(mchId);
    if (!keyring) throw new Error(`no keys of ${mchId}`);
    return keyring;
  }

  /** Where the account's material lies. */
  folderOf(mchId: string): string {
    return this.foldersOf(mchId).merchant;
  }

  private foldersOf(_mchId: string): KeyFolders {
    return { merchant: this.root, own: join(this.root, 'simulator') };
  }
}
