import type { Ticket } from './ticket.js';

/** Injection token of the cloud that prints (fulfilment.module.ts). */
export const PRINTER_CLOUD = Symbol('printer cloud');

/** The cloud says no, for certain: nothing was taken. */
export class CloudRefused extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'CloudRefused';
  }
}

/** No usable answer: what was sent may have been taken or not. */
export class CloudSilent extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CloudSilent';
  }
}

/**
 * A cloud that prints tickets. None of them knows duplicates by a number of ours everywhere, so each has to be able to
 * say how many prints it has taken; every method throws CloudRefused or CloudSilent.
 */
export interface PrinterCloud {
  /** @returns the cloud's number of the print. Taken is not printed. */
  print(sn: string, ticket: Ticket, copies: number): Promise<string>;
  /** Whether the paper is out. */
  isPrinted(printNo: string): Promise<boolean>;
  /** Prints taken for this printer on a day of UTC+8 (`yyyy-MM-dd`), printed or waiting. */
  takenOn(sn: string, day: string): Promise<number>;
  /** The cloud's own words, e.g. 离线 */
  status(sn: string): Promise<string>;
}
