import type { Collection } from '../state/collection.js';

interface Row {
  ingestSeconds: number;
}

/** WeChat's shipping management takes in a payment some seconds after it was made (protocol notes §3.4, 10060001). */
const DEFAULTS: Row = { ingestSeconds: 10 };

export class ShippingSettings {
  constructor(private readonly rows: Collection<Row>) {}

  get ingestSeconds(): number {
    return (this.rows.get('settings') ?? DEFAULTS).ingestSeconds;
  }

  change(ingestSeconds: number): void {
    this.rows.set('settings', { ingestSeconds });
  }

  forgetAll(): void {
    this.rows.clear();
  }
}
