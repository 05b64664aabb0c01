import { setImmediate as nextTurn } from 'node:timers/promises';

const sliceMs = 8;

/** Lets others run now and then in a long walk of synchronous steps, which are far cheaper than asynchronous ones. */
export class Pacer {
  private until = performance.now() + sliceMs;

  constructor(private readonly signal?: AbortSignal) {}

  /** To be awaited between steps when `due`. @throws the signal's reason */
  async pause(): Promise<void> {
    this.signal?.throwIfAborted();
    await nextTurn();
    this.until = performance.now() + sliceMs;
  }

  get due(): boolean {
    return performance.now() >= this.until;
  }
}
