import { join } from 'node:path';
import { Bills, type Bill } from './bill/bills.js';
import { Keyrings } from './material/keyrings.js';
import type { TenpayAuthority } from './material/material.js';
import { Logins, type AppUser, type LoginCode } from './mini-program/logins.js';
import { MiniProgram } from './mini-program/mini-program.js';
import { announceRefund } from './notify/announce.js';
import { Deliveries } from './notify/deliveries.js';
import { MerchantLine } from './notify/merchant-line.js';
import type { Notification } from './notify/notification.js';
import { Sender } from './notify/sender.js';
import { PrinterCloud } from './printer/printer-cloud.js';
import { ClockFollowers } from './state/clock-followers.js';
import { Faults, type Fault } from './state/faults.js';
import { Journal } from './state/journal.js';
import { Merchants, type App, type Merchant } from './state/merchants.js';
import { SimClock } from './state/sim-clock.js';
import { SimTimers } from './state/sim-timers.js';
import { Balances, type Balance } from './trade/balances.js';
import type { Refund } from './trade/refund.js';
import { Settings, type RefundSettings } from './trade/refund-settings.js';
import { Refunds } from './trade/refunds.js';
import type { Transaction } from './trade/transaction.js';
import { Transactions } from './trade/transactions.js';
import { CallbackSigner } from './v3/callback-signer.js';

/** All that WeChat knows and does behind its doors. */
export class World {
  readonly clock: SimClock;
  readonly followers: ClockFollowers;
  readonly settings: Settings;
  readonly faults: Faults;
  readonly logins: Logins;
  readonly miniProgram: MiniProgram;
  readonly transactions: Transactions;
  readonly balances: Balances;
  readonly refunds: Refunds;
  readonly callbackSigner: CallbackSigner;
  readonly bills: Bills;
  readonly deliveries: Deliveries;
  readonly printerCloud: PrinterCloud;
  readonly merchantLine = new MerchantLine();
  /** Address of the HTTPS server, set as soon as it listens. */
  tlsUrl = '';
  private readonly timers: SimTimers;
  private readonly stop = new AbortController();

  private constructor(
    private readonly journal: Journal,
    readonly merchants: Merchants,
    readonly keyrings: Keyrings,
    log: (line: string) => void,
  ) {
    this.clock = new SimClock(journal.collection('clock'));
    this.followers = new ClockFollowers(this.clock, this.stopping);
    this.timers = new SimTimers(this.clock, log);
    this.settings = new Settings(journal.collection<RefundSettings>('settings'));
    this.faults = new Faults(journal.collection<Fault>('faults'));
    this.logins = new Logins(
      journal.collection<LoginCode>('loginCodes'),
      journal.collection<AppUser>('appUsers'),
      this.clock,
    );
    this.transactions = new Transactions(journal.collection<Transaction>('transactions'), this.clock);
    this.callbackSigner = new CallbackSigner(merchants, keyrings, this.clock);
    this.deliveries = new Deliveries(
      journal.collection<Notification>('notifications'),
      this.clock,
      this.timers,
      this.faults,
      new Sender(this.merchantLine, this.callbackSigner, this.stopping),
      this.stopping,
    );
    this.printerCloud = new PrinterCloud(journal, this.clock);
    this.balances = new Balances(journal.collection<Balance>('balances'));
    this.refunds = new Refunds(
      journal.collection<Refund>('refunds'),
      this.balances,
      this.clock,
      this.timers,
      this.settings,
      (refund) => this.tellResult(refund),
    );
    this.miniProgram = new MiniProgram(
      journal,
      this.clock,
      this.timers,
      this.merchantLine,
      this.transactions,
      () => this.merchants.appOfKind('miniProgram'),
    );
    this.bills = new Bills(journal.collection<Bill>('bills'), this.transactions, this.refunds, this.clock);
  }

  /** As an earlier run left it in `dir`; what was pending goes on. */
  static async open(dir: string, tenpay: TenpayAuthority, log: (line: string) => void): Promise<World> {
    const journal = await Journal.open(join(dir, 'simulator', 'journal.jsonl'), log);
    const merchants = new Merchants(
      journal.collection<Merchant>('merchants'),
      journal.collection<App>('apps'),
    );
    // Before anything can be due: notifications are signed.
    const keyrings = new Keyrings(dir, tenpay, merchants.first.mchId);
    for (const { mchId } of merchants.all()) await keyrings.load(mchId);
    return new World(journal, merchants, keyrings, log);
  }

  /** Aborts when the simulator closes. */
  get stopping(): AbortSignal {
    return this.stop.signal;
  }

  /** Moves the clock forward and does what became due. Returns the number of followers that followed. */
  async advance(seconds: number): Promise<number> {
    this.clock.advance(seconds);
    return this.clockMoved();
  }

  /** Forgets everything but merchants, keys and certificates; what was set for a merchant is the default again. */
  async reset(): Promise<void> {
    const { faults, settings, logins, transactions, refunds, balances, bills, deliveries } = this;
    this.timers.cancelAll();
    for (const each of [faults, settings, logins, transactions, refunds, balances, bills, deliveries])
      each.forgetAll();
    this.printerCloud.forgetAll();
    this.merchants.resetSettings();
    this.miniProgram.forgetAll();
    this.clock.reset();
    await this.clockMoved();
  }

  async close(): Promise<void> {
    this.stop.abort();
    this.timers.stop();
    await this.merchantLine.close();
    await this.journal.close();
  }

  /** The followers first, so that whoever is notified already has the new time. */
  private async clockMoved(): Promise<number> {
    const followed = await this.followers.followed();
    await this.timers.runDue();
    return followed;
  }

  private tellResult(refund: Refund): void {
    const merchant = this.merchants.byMchId(refund.mchId);
    const payment = this.transactions.byTransactionId(refund.transactionId)?.payment;
    if (merchant && payment) announceRefund(this.deliveries, refund, payment, merchant);
  }
}
