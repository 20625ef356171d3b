import { randomBytes, randomInt } from 'node:crypto';
import type { Collection } from '../state/collection.js';
import type { Journal } from '../state/journal.js';
import type { SimClock } from '../state/sim-clock.js';
import { chinaDateTime } from '../trade/china-time.js';

/** The printer on the shop's counter; more can be added. A serial number is printed on the bottom, so it is no secret. */
export const FIRST_SN = '316500004';

export interface FeieAccount {
  user: string;
  ukey: string;
}

export interface Printer {
  sn: string;
  online: boolean;
}

export interface Print {
  id: string;
  sn: string;
  content: string;
  times: number;
  at: number;
  /** Absent: it waits for the printer to be online. */
  printedAt?: number;
}

/** Feie's cloud: one account, its printers, and what they were told to print. */
export class PrinterCloud {
  private readonly accounts: Collection<FeieAccount>;
  private readonly printers: Collection<Printer>;
  private readonly prints: Collection<Print>;

  constructor(
    journal: Journal,
    private readonly clock: SimClock,
  ) {
    this.accounts = journal.collection<FeieAccount>('feieAccounts');
    this.printers = journal.collection<Printer>('printers');
    this.prints = journal.collection<Print>('prints');
    if (this.accounts.all().length === 0) {
      const user = `shop${randomInt(1000, 9999)}@example.com`;
      this.accounts.set(user, { user, ukey: randomBytes(8).toString('base64url') });
    }
    if (this.printers.get(FIRST_SN) === undefined) this.setOnline(FIRST_SN, true);
  }

  account(user: string): FeieAccount | undefined {
    return this.accounts.get(user);
  }

  printer(sn: string): Printer | undefined {
    return this.printers.get(sn);
  }

  allPrinters(): Printer[] {
    return this.printers.all();
  }

  allPrints(): Print[] {
    return this.prints.all();
  }

  print(id: string): Print | undefined {
    return this.prints.get(id);
  }

  /** Takes it in any case; an offline printer prints it when it is back. */
  take(sn: string, content: string, times: number): Print {
    const at = this.clock.now();
    const id = `${sn}_${chinaDateTime(at)}_${randomInt(1e9, 2e9)}`;
    const online = this.printers.get(sn)?.online === true;
    return this.prints.set(id, { id, sn, content, times, at, ...(online && { printedAt: at }) });
  }

  /** Adds the printer when it is new. One that comes online prints what has waited. */
  setOnline(sn: string, online: boolean): Printer {
    if (online)
      for (const print of this.prints.all())
        if (print.sn === sn && print.printedAt === undefined)
          this.prints.set(print.id, { ...print, printedAt: this.clock.now() });
    return this.printers.set(sn, { sn, online });
  }

  /** The lines of merchant.env. */
  merchantSettings(baseUrl: string): Record<string, string> {
    const [account] = this.accounts.all();
    return {
      FEIE_USER: account?.user ?? '',
      FEIE_UKEY: account?.ukey ?? '',
      FEIE_SN: FIRST_SN,
      FEIE_BASE_URL: baseUrl,
    };
  }

  /** Paper and printers; the account stays, a running merchant has its key. */
  forgetAll(): void {
    this.prints.clear();
    this.printers.clear();
    this.setOnline(FIRST_SN, true);
  }
}
