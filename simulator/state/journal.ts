import { createReadStream } from 'node:fs';
import { mkdir, open, rename, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { Collection } from './collection.js';

/** How long a change may wait before it is written (wall time); a crash loses at most this much. */
const FLUSH_AFTER_MS = 50;

interface Line {
  collection: string;
  id: string;
  /** Absent: the id was forgotten. */
  value?: object;
}

/**
 * Everything the simulator remembers, in one append-only JSON-lines file. Requests only mark what changed; the
 * newest value of each changed id is written in the background, so that no answer waits for the disk.
 */
export class Journal {
  private readonly replayed = new Map<string, Map<string, object>>();
  private readonly collections = new Map<string, Collection<object>>();
  private readonly changed = new Map<string, Set<string>>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();
  private file: FileHandle | undefined;
  private closed = false;

  private constructor(
    private readonly path: string,
    private readonly report: (problem: string) => void,
  ) {}

  /** Replays the file (when there is one) and rewrites it with the newest values only. */
  static async open(path: string, report: (problem: string) => void): Promise<Journal> {
    const journal = new Journal(path, report);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await journal.replay();
    await journal.compact();
    journal.file = await open(path, 'a', 0o600);
    return journal;
  }

  /** The named collection with what an earlier run left in it; ask once per name. */
  collection<T extends object>(name: string): Collection<T> {
    const ids = new Set<string>();
    this.changed.set(name, ids);
    const values = (this.replayed.get(name) ?? new Map<string, object>()) as Map<string, T>;
    const collection = new Collection<T>(values, (id) => {
      ids.add(id);
      if (!this.closed) this.timer ??= setTimeout(() => this.flush(), FLUSH_AFTER_MS);
    });
    this.collections.set(name, collection);
    return collection;
  }

  async close(): Promise<void> {
    this.closed = true;
    this.flush();
    await this.writing;
    await this.file?.close();
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const lines: string[] = [];
    for (const [collection, ids] of this.changed) {
      for (const id of ids) {
        lines.push(
          JSON.stringify({ collection, id, value: this.collections.get(collection)?.get(id) }) + '\n',
        );
      }
      ids.clear();
    }
    if (lines.length === 0) return;
    this.writing = this.writing
      .then(() => this.file?.appendFile(lines.join('')))
      .catch((error: unknown) => this.report(`the journal could not be written: ${String(error)}`));
  }

  private async replay(): Promise<void> {
    const input = createReadStream(this.path, 'utf8');
    try {
      for await (const text of createInterface({ input, crlfDelay: Infinity })) this.replayLine(text);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }

  private replayLine(text: string): void {
    let line: Line;
    try {
      line = JSON.parse(text) as Line;
    } catch {
      // The process died while writing: only the last line can be torn.
      this.report('a torn line of the journal was skipped');
      return;
    }
    const values = this.replayed.get(line.collection) ?? new Map<string, object>();
    this.replayed.set(line.collection, values);
    if (line.value === undefined) values.delete(line.id);
    else values.set(line.id, line.value);
  }

  private async compact(): Promise<void> {
    const next = await open(`${this.path}.new`, 'w', 0o600);
    for (const [collection, values] of this.replayed) {
      const lines = [...values].map(([id, value]) => JSON.stringify({ collection, id, value }) + '\n');
      await next.appendFile(lines.join(''));
    }
    await next.close();
    await rename(`${this.path}.new`, this.path);
  }
}
