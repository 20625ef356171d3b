/**
 * A state machine as data: for each state, the states it may move to and the event that moves it there
 * (DESIGN §3). A state without outgoing edges is final.
 */
export type Transitions<Status extends string, Event extends string> = Readonly<
  Record<Status, Readonly<Partial<Record<Status, Event>>>>
>;

export class IllegalTransition extends Error {
  constructor(subject: string, from: string, to: string) {
    super(`${subject} may not move from ${from} to ${to}`);
    this.name = 'IllegalTransition';
  }
}

/**
 * The event that moves `from` to `to`.
 * @throws IllegalTransition when the table has no such edge; the same target again is the caller's no-op, not an edge
 */
export function eventOf<Status extends string, Event extends string>(
  table: Transitions<Status, Event>,
  subject: string,
  from: Status,
  to: Status,
): Event {
  const event = table[from][to];
  if (event === undefined) throw new IllegalTransition(subject, from, to);
  return event;
}
