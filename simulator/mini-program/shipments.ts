import type { Collection } from '../state/collection.js';
import type { SimClock } from '../state/sim-clock.js';
import type { SimTimers } from '../state/sim-timers.js';

/** Without the user's confirmation WeChat settles by itself (express; a little sooner for other ways). */
const CONFIRMED_AFTER_MS = 10 * 86_400_000;

export interface Parcel {
  trackingNo?: string;
  expressCompany?: string;
  itemDesc: string;
  contact?: string;
}

/** What the merchant says about how the goods travel. */
export interface ShippingInfo {
  /** 1 express, 2 same-city, 3 virtual, 4 pick-up */
  logisticsType: number;
  /** 1 unified, 2 split */
  deliveryMode: number;
  allDelivered: boolean;
  parcels: Parcel[];
  /** ms since 1970 */
  uploadTime: number;
}

/** A paid order as the shipping management sees it. Times are ms on the simulator's clock. */
export interface Shipment extends ShippingInfo {
  transactionId: string;
  mchId: string;
  outTradeNo: string;
  /** 1: shipped once, 2: the one re-shipment is used. */
  finishCount: number;
  shippedAt: number;
  /** Every accepted upload, oldest first. */
  uploads: ShippingInfo[];
  confirmedAt?: number;
  /** 1 by itself, 2 by the user */
  confirmMethod?: 1 | 2;
}

/** Which orders were shipped, and how it went on. */
export class Shipments {
  constructor(
    private readonly rows: Collection<Shipment>,
    private readonly clock: SimClock,
    private readonly timers: SimTimers,
    /** Tells the merchant: at shipment, and again at settlement. */
    private readonly announce: (shipment: Shipment) => void,
  ) {
    for (const shipment of rows.all()) this.plan(shipment);
  }

  of(transactionId: string): Shipment | undefined {
    return this.rows.get(transactionId);
  }

  all(): Shipment[] {
    return this.rows.all();
  }

  /** Takes the first upload, or the next one of a split or repeated shipment. */
  take(order: Pick<Shipment, 'transactionId' | 'mchId' | 'outTradeNo'>, info: ShippingInfo): void {
    const known = this.of(order.transactionId);
    const again = known?.allDelivered === true;
    const shipment: Shipment = {
      ...order,
      ...info,
      finishCount: (known?.finishCount ?? 0) + (info.allDelivered ? 1 : 0),
      shippedAt: known?.shippedAt ?? this.clock.now(),
      uploads: [...(known?.uploads ?? []), info],
    };
    this.rows.set(order.transactionId, shipment);
    if (info.allDelivered && !again) this.announce(shipment);
    this.plan(shipment);
  }

  /** The user confirms, or the time has come. */
  confirm(shipment: Shipment, method: 1 | 2): Shipment {
    this.timers.cancel(`shipment ${shipment.transactionId}`);
    if (shipment.confirmedAt !== undefined) return shipment;
    const confirmed = { ...shipment, confirmedAt: this.clock.now(), confirmMethod: method };
    this.rows.set(shipment.transactionId, confirmed);
    this.announce(confirmed);
    return confirmed;
  }

  forgetAll(): void {
    this.rows.clear();
  }

  private plan({ transactionId, shippedAt, allDelivered, confirmedAt }: Shipment): void {
    if (!allDelivered || confirmedAt !== undefined) return;
    this.timers.at(`shipment ${transactionId}`, shippedAt + CONFIRMED_AFTER_MS, async () => {
      const shipment = this.of(transactionId);
      if (shipment) this.confirm(shipment, 1);
    });
  }
}

/** Whether an upload says what the last one said; WeChat does not count the time. */
export function isSameShipping(a: ShippingInfo, b: ShippingInfo): boolean {
  const said = ({ logisticsType, deliveryMode, allDelivered, parcels }: ShippingInfo): string =>
    JSON.stringify([logisticsType, deliveryMode, allDelivered, parcels]);
  return said(a) === said(b);
}
