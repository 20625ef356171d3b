import { outsideRequests } from '../common/http/request-id.js';
import { isLockTimeout } from './transaction.js';

/** Decided together; more would make the first of a group wait for the last. */
const GROUP_MAX = 64;
/** Groups under way at once: while PostgreSQL decides one, the next is verified and collected. */
const GROUPS = 1;
/** Items under way by themselves: none of them may share a group, or its group failed. */
const ALONE = 4;

/** An item was not decided in time, or was not even taken: whoever sent it has to send it again; he hears `SHOP_BUSY`. */
export class NotDecided extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'NotDecided';
  }
}

export interface GroupCommitOptions<Item, Verdict> {
  /** Two items with one key are never under way at the same time, so never in one group. */
  keyOf: (item: Item) => string;
  /**
   * Decides the items in one transaction and answers their verdicts in the same order; throws when nothing was committed.
   * It waits for no lock longer than `GROUP_LOCK_MS`: somebody may hold one of a group's rows, and the others do not wait
   * for him.
   */
  decide: (items: readonly Item[]) => Promise<readonly Verdict[]>;
  /** Told why a group is taken apart; undefined: there are no groups, each item is decided by itself from the start. */
  onGroupFailed: ((items: readonly Item[], cause: unknown) => void) | undefined;
  /** Items accepted and not decided yet; one more is refused, so that a stalled database does not fill the memory. */
  limit: number;
  /** How long an item may take, waiting included. */
  patienceMs: number;
}

/** How long a decision of a group may wait for a lock. */
export const GROUP_LOCK_MS = 250;

/** Where people wait, buyers and those who approve: after this long nobody does any more. Our own loops keep to the same. */
export const GROUP_LIMITS = { limit: 1024, patienceMs: 15_000 } as const;

interface Entry<Item, Verdict> {
  readonly item: Item;
  readonly key: string;
  readonly resolve: (verdict: Verdict) => void;
  readonly reject: (error: unknown) => void;
  /** Nobody waits for it any more. */
  isOver: boolean;
}

/**
 * Group commit: what arrives while a transaction is under way is decided together by the next one, which costs PostgreSQL
 * and us little more than a single item would. Nothing waits for company: an item that meets no other goes at once.
 *
 * One bad item spoils no other: when a group fails, each of its items is decided again by itself. One whose rows somebody
 * holds then tries a quarter of a second at a time and goes to the end of the line in between, so that those behind it get
 * their turn however many wait for what he holds.
 */
export class GroupCommit<Item, Verdict> {
  // Arrays, and a set of keys for each group. A Set that grows and shrinks gets a new table each time, to which the one
  // before points: once such a table is in old memory, all that has waited since stays until that is collected.
  private waiting: Entry<Item, Verdict>[] = [];
  /** Each for itself: of groups that failed, or all where there are no groups. */
  private singles: Entry<Item, Verdict>[] = [];
  /** Keys under way, group by group. */
  private busy: ReadonlySet<string>[] = [];
  private groups = 0;
  private alone = 0;
  private undecided = 0;

  constructor(private readonly options: GroupCommitOptions<Item, Verdict>) {}

  /**
   * Resolves once the item's decision is committed.
   * @throws NotDecided when there is no room or the time is over, and whatever `decide` throws about this item alone
   */
  submit(item: Item): Promise<Verdict> {
    const { limit, patienceMs, keyOf, onGroupFailed } = this.options;
    if (this.undecided >= limit) return Promise.reject(new NotDecided('too many wait already'));
    this.undecided++;
    const { promise, resolve, reject } = Promise.withResolvers<Verdict>();
    const entry: Entry<Item, Verdict> = { item, key: keyOf(item), resolve, reject, isOver: false };
    const timer = setTimeout(() => {
      entry.isOver = true;
      this.waiting = this.waiting.filter((each) => each !== entry);
      this.singles = this.singles.filter((each) => each !== entry);
      reject(new NotDecided('not decided in time'));
    }, patienceMs);
    (onGroupFailed === undefined ? this.singles : this.waiting).push(entry);
    this.begin();
    return promise.finally(() => {
      clearTimeout(timer);
      this.undecided--;
    });
  }

  private begin(): void {
    while (this.alone < ALONE && this.singles.length > 0) {
      const [taken, left] = this.take(this.singles, 1);
      this.singles = left;
      if (taken.length === 0) break;
      this.alone++;
      void outsideRequests(() => this.decide(taken, true)).finally(() => {
        this.alone--;
        this.begin();
      });
    }
    while (this.groups < GROUPS && this.waiting.length > 0) {
      const [taken, left] = this.take(this.waiting, GROUP_MAX);
      this.waiting = left;
      if (taken.length === 0) break;
      this.groups++;
      void outsideRequests(() => this.decide(taken, false)).finally(() => {
        this.groups--;
        this.begin();
      });
    }
  }

  /** The oldest whose keys are free, and the others. */
  private take(
    from: readonly Entry<Item, Verdict>[],
    max: number,
  ): [taken: Entry<Item, Verdict>[], left: Entry<Item, Verdict>[]] {
    const taken: Entry<Item, Verdict>[] = [];
    const left: Entry<Item, Verdict>[] = [];
    const keys = new Set<string>();
    for (const entry of from) {
      const { key } = entry;
      if (taken.length === max || keys.has(key) || this.busy.some((busy) => busy.has(key))) {
        left.push(entry);
      } else {
        keys.add(key);
        taken.push(entry);
      }
    }
    return [taken, left];
  }

  private async decide(entries: readonly Entry<Item, Verdict>[], alone: boolean): Promise<void> {
    const items = entries.map(({ item }) => item);
    const keys = new Set(entries.map(({ key }) => key));
    this.busy.push(keys);
    try {
      const verdicts = await this.options.decide(items);
      if (verdicts.length !== items.length) throw new Error('a group got other than one verdict per item');
      // The next group goes first: while we answer this one, PostgreSQL already looks for the rows of that one.
      setImmediate(() => {
        for (const [index, entry] of entries.entries()) entry.resolve(verdicts[index] as Verdict);
      });
    } catch (error) {
      if (!alone) this.options.onGroupFailed?.(items, error);
      for (const entry of entries) {
        if (alone && !isLockTimeout(error)) entry.reject(error);
        else if (!entry.isOver) this.singles.push(entry);
      }
    } finally {
      this.busy = this.busy.filter((each) => each !== keys);
    }
  }
}
