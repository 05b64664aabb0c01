/** A share in something open. */
export interface Share<T> {
  readonly value: T;
  /** Gives the share back; the last one closes. Again is fine. */
  readonly release: () => Promise<void>;
}

interface Entry<T> {
  readonly opening: Promise<T>;
  /** Once it is open. */
  value?: T;
  users: number;
}

/** Things that are opened for the first who asks, and closed after the last has gone. */
export class SharedByKey<T> {
  private readonly entries = new Map<string, Entry<T>>();
  private readonly closings = new Map<string, Promise<void>>();

  constructor(private readonly close: (value: T) => Promise<void>) {}

  /** Everything that is open. */
  values(): T[] {
    return [...this.entries.values()].flatMap(({ value }) => (value === undefined ? [] : [value]));
  }

  /** What is open under the key, without a share in it. */
  peek(key: string): T | undefined {
    return this.entries.get(key)?.value;
  }

  /** A share in what is open or being opened; undefined when nothing is. */
  join(key: string): Promise<Share<T>> | undefined {
    const entry = this.entries.get(key);
    return entry && this.enter(key, entry);
  }

  /** @throws whatever `open` throws */
  async take(key: string, open: () => Promise<T>): Promise<Share<T>> {
    for (let closing = this.closings.get(key); closing !== undefined; closing = this.closings.get(key)) {
      await closing;
    }
    const entry = this.entries.get(key) ?? { opening: open(), users: 0 };
    this.entries.set(key, entry);
    return this.enter(key, entry);
  }

  private async enter(key: string, entry: Entry<T>): Promise<Share<T>> {
    entry.users++;
    try {
      const value = await entry.opening;
      entry.value = value;
      let released: Promise<void> | undefined;
      return { value, release: () => (released ??= this.leave(key, entry, value)) };
    } catch (error) {
      if (this.entries.get(key) === entry) this.entries.delete(key);
      throw error;
    }
  }

  private async leave(key: string, entry: Entry<T>, value: T): Promise<void> {
    entry.users--;
    if (entry.users > 0) return;
    this.entries.delete(key);
    const closed = this.close(value);
    const closing = closed
      .catch(() => undefined)
      .then(() => {
        this.closings.delete(key);
      });
    this.closings.set(key, closing);
    await closed;
  }
}
