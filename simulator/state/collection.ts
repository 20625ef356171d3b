/** A map whose changes reach the journal. Values are changed in place and then `set` again. */
export class Collection<T extends object> {
  constructor(
    private readonly values: Map<string, T>,
    private readonly changed: (id: string) => void,
  ) {}

  get(id: string): T | undefined {
    return this.values.get(id);
  }

  set(id: string, value: T): T {
    this.values.set(id, value);
    this.changed(id);
    return value;
  }

  /** Every value, oldest first. */
  all(): T[] {
    return [...this.values.values()];
  }

  clear(): void {
    for (const id of this.values.keys()) this.changed(id);
    this.values.clear();
  }
}
