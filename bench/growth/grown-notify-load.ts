import { mismatches } from '../mismatches.js';
import { checkNotified, tally, type Notified } from '../notify/books.js';
import { NotifyLoad } from '../notify/notify-load.js';
import type { Phase } from '../rounds.js';

/** What was ordered just now is being paid, as in `bench -- notify`, beside a year of other orders. */
export class GrownNotifyLoad extends NotifyLoad {
  private before: Record<string, number> | undefined;

  protected override async phase(before: Phase | undefined): Promise<Phase> {
    this.before ??= await tally(this.shop.database, 'ours');
    return super.phase(before);
  }

  protected override check(notified: Notified): Promise<void> {
    return checkNotified(this.shop.database, 'ours', notified);
  }

  /** @throws Error when something changed beside the notified orders; it counts the whole database, so once, at the end */
  async checkRest(): Promise<void> {
    const { before, settled } = this;
    const after = await tally(this.shop.database, 'ours');
    const wrong = mismatches(
      after,
      (name) => (before?.[name] ?? 0) + (name === 'ledger balance' ? 0 : settled),
    );
    if (wrong.length > 0)
      throw new Error(`beside the notified orders something changed: ${wrong.join('; ')}`);
  }
}
