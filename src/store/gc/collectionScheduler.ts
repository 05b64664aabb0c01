import type { CollectionStatistics } from '../collector';

/** When collections run by themselves; the names and meanings are containerd's. Times in milliseconds. */
export interface SchedulerSettings {
  /** The share of time, 0 to 0.5, that collections may take. */
  readonly pauseThreshold: number;
  /** So many deletions bring a collection at once; 0: any deletion does when none is planned. */
  readonly deletionThreshold: number;
  /** So many changes bring one at the next tick; 0: changes alone never do. */
  readonly mutationThreshold: number;
  readonly scheduleDelayMs: number;
  /** Until the first one; 0: none is planned. */
  readonly startupDelayMs: number;
}

export const defaultSchedulerSettings: SchedulerSettings = {
  pauseThreshold: 0.02,
  deletionThreshold: 0,
  mutationThreshold: 100,
  scheduleDelayMs: 0,
  startupDelayMs: 100,
};

/** A mean pause counts as at least this much. */
const leastPauseMs = 5;
const intervalWithoutPauseMs = 1000;
const retryMs = 1000;
/** Nothing is planned. */
const never = Infinity;

interface Waiter {
  resolve(statistics: CollectionStatistics): void;
  reject(error: unknown): void;
}

/** Decides when to collect from what has changed, by containerd's scheduler's rules. */
export class CollectionScheduler {
  private readonly settings: SchedulerSettings;
  private timer: NodeJS.Timeout | undefined;
  /** Epoch ms of the next tick. */
  private planned = never;
  private interval: number;
  private lastRun: number | undefined;
  private pauses = { count: 0, totalMs: 0 };
  private deletions = 0;
  private mutations = 0;
  /** Something was deleted since the last run, so every later change counts as a deletion too. */
  private dirty = false;
  private triggered = false;
  private running = false;
  private stopped = false;
  private waiters: Waiter[] = [];

  constructor(
    private readonly collect: () => Promise<CollectionStatistics>,
    settings: Partial<SchedulerSettings> = {},
  ) {
    const merged = { ...defaultSchedulerSettings, ...settings };
    this.settings = {
      pauseThreshold: Math.min(Math.max(merged.pauseThreshold, 0), 0.5),
      deletionThreshold: Math.max(merged.deletionThreshold, 0),
      mutationThreshold: Math.max(merged.mutationThreshold, 0),
      scheduleDelayMs: Math.max(merged.scheduleDelayMs, 0),
      startupDelayMs: Math.max(merged.startupDelayMs, 0),
    };
    this.interval = this.settings.startupDelayMs;
    if (this.interval > 0) this.plan(this.interval);
  }

  /** Something was written; `deletion` when that took something away. */
  changed(deletion: boolean): void {
    this.dirty ||= deletion;
    this.mutations++;
    if (this.dirty) this.deletions++;
    const { deletionThreshold, mutationThreshold } = this.settings;
    const reached =
      deletionThreshold > 0
        ? this.deletions >= deletionThreshold
        : this.planned === never && this.deletions > 0;
    const many = this.planned === never && mutationThreshold > 0 && this.mutations >= mutationThreshold;
    if (reached || many) this.soon();
  }

  /** Runs a collection as soon as may be and tells what it did. */
  trigger(): Promise<CollectionStatistics> {
    return new Promise((resolve, reject) => {
      this.triggered = true;
      this.waiters.push({ resolve, reject });
      this.soon();
    });
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    for (const waiter of this.waiters.splice(0)) waiter.reject(new Error('The collector was stopped'));
  }

  private soon(): void {
    // A run that is planned for an earlier moment will see this.
    if (this.planned <= Date.now() + this.settings.scheduleDelayMs) return;
    this.plan(this.settings.scheduleDelayMs);
  }

  private plan(delayMs: number): void {
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.planned = Date.now() + delayMs;
    this.timer = setTimeout(() => void this.tick(), delayMs);
    this.timer.unref();
  }

  private async tick(): Promise<void> {
    if (this.running) return;
    if (!this.isDue()) {
      this.plan(this.interval);
      return;
    }
    this.running = true;
    const waiters = this.waiters.splice(0);
    this.triggered = false;
    this.deletions = 0;
    this.mutations = 0;
    this.dirty = false;
    this.planned = never;
    const started = Date.now();
    try {
      const statistics = await this.collect();
      this.lastRun = started;
      this.running = false;
      this.afterSuccess(statistics.durationMs);
      for (const waiter of waiters) waiter.resolve(statistics);
    } catch (error) {
      this.running = false;
      const planned = this.lastRun === undefined ? 0 : started - this.lastRun;
      this.plan(planned + retryMs);
      for (const waiter of waiters) waiter.reject(error);
    }
  }

  private isDue(): boolean {
    if (this.lastRun === undefined || this.triggered || this.deletions > 0) return true;
    const { mutationThreshold } = this.settings;
    return mutationThreshold > 0 && this.mutations >= mutationThreshold;
  }

  private afterSuccess(durationMs: number): void {
    this.pauses = { count: this.pauses.count + 1, totalMs: this.pauses.totalMs + durationMs };
    const { pauseThreshold } = this.settings;
    const mean = Math.max(this.pauses.totalMs / this.pauses.count, leastPauseMs);
    this.interval = pauseThreshold > 0 ? mean / pauseThreshold - mean : intervalWithoutPauseMs;
    // Whoever asked while this ran wants one that begins later.
    this.plan(this.triggered ? this.settings.scheduleDelayMs : this.interval);
  }
}
