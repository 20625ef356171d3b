import type { Collection } from '../state/collection.js';
import type { RefundStatus } from './refund.js';

/** How WeChat treats refunds where that is not the same for everybody. */
export interface RefundSettings {
  /** How long a refund is PROCESSING, on the simulator's clock; null: until somebody decides. */
  refundSeconds: number | null;
  /** What becomes of it then. */
  refundResult: Exclude<RefundStatus, 'PROCESSING'>;
  /** Refunds of one payment must lie so far apart (protocol notes §1.8). */
  refundIntervalSeconds: number;
}

const DEFAULTS: RefundSettings = { refundSeconds: 1, refundResult: 'SUCCESS', refundIntervalSeconds: 60 };

/** The settings as somebody changed them; a reset brings the defaults back. */
export class Settings {
  constructor(private readonly rows: Collection<RefundSettings>) {}

  get current(): RefundSettings {
    return this.rows.get('settings') ?? DEFAULTS;
  }

  change(changes: Partial<RefundSettings>): RefundSettings {
    return this.rows.set('settings', { ...this.current, ...changes });
  }

  forgetAll(): void {
    this.rows.clear();
  }
}
