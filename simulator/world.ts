import { join } from 'node:path';
import { Logins, type AppUser, type LoginCode } from './mini-program/logins.js';
import { Deliveries } from './notify/deliveries.js';
import { MerchantLine } from './notify/merchant-line.js';
import type { Notification } from './notify/notification.js';
import { ClockFollowers } from './state/clock-followers.js';
import { Faults, type Fault } from './state/faults.js';
import { Journal } from './state/journal.js';
import { Merchants, type App, type Merchant } from './state/merchants.js';
import { SimClock } from './state/sim-clock.js';
import { SimTimers } from './state/sim-timers.js';
import type { Transaction } from './trade/transaction.js';
import { Transactions } from './trade/transactions.js';

export type World = Awaited<ReturnType<typeof openWorld>>;

/** All that WeChat knows and does behind its doors, as an earlier run left it in `dir`. */
export async function openWorld(dir: string, log: (line: string) => void) {
  const journal = await Journal.open(join(dir, 'simulator', 'journal.jsonl'), log);
  const stopping = new AbortController();
  const clock = new SimClock(journal.collection('clock'));
  const followers = new ClockFollowers(clock, stopping.signal);
  const timers = new SimTimers(clock, log);
  const faults = new Faults(journal.collection<Fault>('faults'));
  const merchants = new Merchants(journal.collection<Merchant>('merchants'), journal.collection<App>('apps'));
  const logins = new Logins(
    journal.collection<LoginCode>('loginCodes'),
    journal.collection<AppUser>('appUsers'),
    clock,
  );
  const transactions = new Transactions(journal.collection<Transaction>('transactions'), clock);
  const merchantLine = new MerchantLine();
  const deliveries = new Deliveries(
    journal.collection<Notification>('notifications'),
    clock,
    timers,
    faults,
    merchantLine,
    stopping.signal,
  );
  deliveries.resume();

  /** After any change of the clock: the followers first, so that whoever is notified already has the new time. */
  async function clockMoved(): Promise<number> {
    const followed = await followers.followed();
    await timers.runDue();
    return followed;
  }

  return {
    clock,
    followers,
    faults,
    merchants,
    logins,
    transactions,
    deliveries,
    merchantLine,
    /** Aborts when the simulator closes. */
    stopping: stopping.signal,

    /** Moves the clock forward and does what became due. Returns the number of followers that followed. */
    async advance(seconds: number): Promise<number> {
      clock.advance(seconds);
      return clockMoved();
    },

    /** Forgets everything but merchants, keys and certificates. */
    async reset(): Promise<void> {
      timers.cancelAll();
      for (const each of [faults, logins, transactions, deliveries]) each.forgetAll();
      clock.reset();
      await clockMoved();
    },

    async close(): Promise<void> {
      stopping.abort();
      timers.stop();
      await merchantLine.close();
      await journal.close();
    },
  };
}
