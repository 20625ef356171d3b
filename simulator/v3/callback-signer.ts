import type { Keyrings } from '../material/keyrings.js';
import type { Merchant, Merchants } from '../state/merchants.js';
import type { SimClock } from '../state/sim-clock.js';
import { signatureHeaders, type SignatureKind, type SigningKey } from './signature.js';
import { callbackKey, keysOf } from './signing-keys.js';

/** Signs what WeChat sends to merchants by itself. */
export class CallbackSigner {
  constructor(
    private readonly merchants: Merchants,
    private readonly keyrings: Keyrings,
    private readonly clock: SimClock,
  ) {}

  /** The Wechatpay headers of one attempt to deliver `body`, signed now with the key that is the merchant's turn. */
  headers(mchId: string, body: string, kind: SignatureKind): Record<string, string> {
    const merchant = this.merchant(mchId);
    const key = callbackKey(merchant, this.keyrings.of(mchId));
    return signatureHeaders(body, key, this.clock.now(), kind);
  }

  /** For tests: signed `ageSeconds` ago, or with the key of that name. Undefined when the merchant has no such key. */
  headersBy(
    mchId: string,
    body: string,
    { ageSeconds, serial }: { ageSeconds: number; serial: string | undefined },
  ): Record<string, string> | undefined {
    const merchant = this.merchant(mchId);
    const keyring = this.keyrings.of(mchId);
    const key: SigningKey | undefined =
      serial === undefined
        ? callbackKey(merchant, keyring)
        : keysOf(merchant, keyring).find((each) => each.serial === serial);
    return key && signatureHeaders(body, key, this.clock.now() - ageSeconds * 1000, 'genuine');
  }

  /** Whether WeChat tests this time if the merchant verifies at all. */
  isProbeDue(mchId: string): boolean {
    return Math.random() < this.merchant(mchId).signTestRate;
  }

  private merchant(mchId: string): Merchant {
    const merchant = this.merchants.byMchId(mchId);
    if (!merchant) throw new Error(`unknown merchant ${mchId}`);
    return merchant;
  }
}
