/** Work done at a stretch before the thread is given back, in milliseconds: half a frame. */
const stretch = 8;

/** How many cheap steps pass between two looks at the clock. */
const stepsPerLook = 64;

/** Keeps long work from blocking the thread: between two steps it lets other work run, and stops when asked to. */
export class Pacer {
  private began = performance.now();
  private steps = 0;

  constructor(private readonly signal?: AbortSignal) {}

  /** True when it is time to `await pause()`. Made to be asked after every small step. */
  get due(): boolean {
    this.steps++;
    return this.steps % stepsPerLook === 0 && performance.now() - this.began >= stretch;
  }

  /** As `due`, for steps that take long by themselves. */
  get dueNow(): boolean {
    return performance.now() - this.began >= stretch;
  }

  /** Lets other work run. @throws the signal's reason when it was aborted. */
  async pause(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.signal?.throwIfAborted();
    this.began = performance.now();
  }

  /** Calls `work` for each item in order, pausing where it is time. */
  async forEach<Item>(items: Iterable<Item>, work: (item: Item, index: number) => void): Promise<void> {
    let index = 0;
    for (const item of items) {
      work(item, index++);
      if (this.due) {
        await this.pause();
      }
    }
  }
}
