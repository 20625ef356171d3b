import type { Collection } from './collection.js';

/** What can be asked for by name; besides these any of WeChat's own error codes (SYSTEMERROR, NOTENOUGH, 40226 …). */
export const CONNECTION_FAULTS = [
  'timeout',
  'reset',
  'http500',
  'garbage',
  'slow',
  'badSignature',
  'processedThenTimeout',
  'unsigned',
  'signTest',
  'wrongHash',
  'foreignHost',
  'empty',
];
/** Troubles that only deliveries can have. */
export const DELIVERY_FAULTS = ['dropNotify', 'duplicateNotify'];
/** Troubles that only an answer of WeChat's can have; so can its error codes. */
export const ANSWER_FAULTS = [
  'http500',
  'garbage',
  'unsigned',
  'signTest',
  'wrongHash',
  'foreignHost',
  'empty',
];
/** The path that stands for deliveries to the merchant. */
export const NOTIFY_PATH = 'notify';

export interface FaultOrder {
  /** Part of the request's method and path (`POST /v3/refund/domestic/refunds`), or `notify`. */
  path: string;
  /** Only what names one of these: a request in its path or body, a delivery by its numbers. Absent: everything. */
  about?: string[];
  fault: string;
  /** 0 to 1: how often it applies. */
  rate: number;
  /** How many times it still applies; null: without end. */
  remaining: number | null;
  /** Length of slow, timeout and processedThenTimeout, in milliseconds of wall time. */
  ms: number;
  /** WeChat's words beside an error code; its own when absent. */
  message?: string;
}

export interface Fault extends FaultOrder {
  id: string;
  applied: number;
}

/** The troubles somebody ordered, in the order they were ordered: the first that matches applies. */
export class Faults {
  constructor(private readonly rows: Collection<Fault>) {}

  add(order: FaultOrder): Fault {
    const id = String(this.rows.all().length + 1);
    return this.rows.set(id, { id, ...order, applied: 0 });
  }

  list(): Fault[] {
    return this.rows.all();
  }

  forgetAll(): void {
    this.rows.clear();
  }

  /** The fault this request to WeChat (`METHOD /path`) meets, if any; asking counts as applying. */
  forRequest(request: string, body = ''): Fault | undefined {
    return this.take(
      (fault) =>
        fault.path !== NOTIFY_PATH &&
        !DELIVERY_FAULTS.includes(fault.fault) &&
        request.includes(fault.path) &&
        names(fault, request, body),
    );
  }

  /**
   * The fault one delivery attempt to the merchant meets, if any; asking counts as applying.
   * @param numbers out_trade_no and out_refund_no of what it tells
   */
  forDelivery(url: string, numbers = ''): Fault | undefined {
    return this.take(
      (fault) =>
        (fault.path === NOTIFY_PATH || (DELIVERY_FAULTS.includes(fault.fault) && url.includes(fault.path))) &&
        names(fault, numbers),
    );
  }

  private take(matches: (fault: Fault) => boolean): Fault | undefined {
    for (const fault of this.rows.all()) {
      if (fault.remaining === 0 || !matches(fault) || Math.random() >= fault.rate) continue;
      if (fault.remaining !== null) fault.remaining -= 1;
      fault.applied += 1;
      return this.rows.set(fault.id, fault);
    }
    return undefined;
  }
}

function names({ about }: FaultOrder, ...texts: string[]): boolean {
  return about === undefined || about.some((name) => texts.some((text) => text.includes(name)));
}
