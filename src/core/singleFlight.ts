/** Runs work once for all who ask for it while it is under way. */
export class SingleFlight {
  private readonly running = new Map<string, Promise<unknown>>();

  /** @param key the same key stands for the same work and the same type of result */
  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const known = this.running.get(key);
    // The key determines the work, and so the type of its result.
    if (known !== undefined) return known as Promise<T>;
    const flight = work().finally(() => this.running.delete(key));
    this.running.set(key, flight);
    return flight;
  }
}

/** Lets one caller in at a time, in order of arrival. */
export class Turnstile {
  private last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work, work);
    this.last = turn.catch(() => undefined);
    return turn;
  }
}
