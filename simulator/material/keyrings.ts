import { join } from 'node:path';
import {
  loadKeyring,
  platformCertificate,
  type KeyFolders,
  type Keyring,
  type PlatformCertificate,
} from './keyring.js';
import type { TenpayAuthority } from './material.js';

/** The keys of every merchant account. The first account's material lies in `root` itself, as the contract says. */
export class Keyrings {
  private readonly loaded = new Map<string, Keyring>();

  constructor(
    private readonly root: string,
    private readonly tenpay: TenpayAuthority,
    private readonly firstMchId: string,
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

  /** A new platform certificate beside the old ones. */
  async addPlatformCertificate(mchId: string): Promise<PlatformCertificate> {
    const { platformCertificates } = this.of(mchId);
    const count = platformCertificates.length + 1;
    const added = await platformCertificate(this.foldersOf(mchId), count, this.tenpay);
    platformCertificates.push(added);
    return added;
  }

  /** Where the account's material lies. */
  folderOf(mchId: string): string {
    return this.foldersOf(mchId).merchant;
  }

  private foldersOf(mchId: string): KeyFolders {
    const own = join(this.root, 'simulator');
    if (mchId === this.firstMchId) return { merchant: this.root, own };
    return { merchant: join(this.root, 'merchants', mchId), own: join(own, 'merchants', mchId) };
  }
}
