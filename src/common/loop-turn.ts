let last: Promise<void> = Promise.resolve();

/**
 * Resolves in a turn of the event loop that no other caller shares, in the order of the calls. Between two of them the loop
 * looks at its sockets: what PostgreSQL answers in the middle of a transaction, on which a whole group of notifications
 * waits, then stands behind one of those that have just arrived, not behind all.
 */
export function ownTurn(): Promise<void> {
  last = last.then(() => new Promise((resolve) => setImmediate(resolve)));
  return last;
}
