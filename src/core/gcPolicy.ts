import type { PruneRule } from '../model/pruneRules';
import type { CollectionStatistics } from '../store/collector';
import { isCancelled } from '../store/storeError';
import type { CacheManager } from './manager';
import type { PruneOptions } from './prune';

/** What made a policy run. */
export type PolicyTrigger = 'demand' | 'change' | 'schedule';

/** How a run of the policy ended. Times are epoch milliseconds. */
export interface PolicyResult {
  readonly trigger: PolicyTrigger;
  readonly startedAt: number;
  readonly finishedAt: number;
  /** Records that went, and the bytes of those whose size was known. */
  readonly removed: number;
  readonly removedBytes: number;
  readonly collected: CollectionStatistics | undefined;
  /** Why it did not finish. */
  readonly error: unknown;
}

export interface GcPolicyOptions {
  /** Prune rules, carried out in this order. */
  readonly rules: readonly PruneRule[];
  /** Milliseconds between scheduled runs; 0 or absent: none. */
  readonly every?: number;
  /** After a change, at least so many milliseconds lie between two runs. As a daemon has it, a minute. */
  readonly atMostEvery?: number;
  /** After a change, waits so long for more. As a daemon has it, a second. */
  readonly afterChange?: number;
  readonly freeSpace?: PruneOptions['freeSpace'];
  readonly onResult?: (result: PolicyResult) => void;
}

/**
 * Keeps a cache within its rules while it is open: on demand, some time after changes, and on a schedule. One run at a time;
 * whoever asks while one is under way gets that one's result.
 */
export class GcPolicy {
  private latest: PolicyResult | undefined;
  private running: Promise<PolicyResult> | undefined;
  private readonly abort = new AbortController();
  private readonly schedule: NodeJS.Timeout | undefined;
  private pending: NodeJS.Timeout | undefined;

  constructor(
    private readonly manager: CacheManager,
    private readonly options: GcPolicyOptions,
    private readonly now: () => number = Date.now,
  ) {
    if (!options.every) return;
    this.schedule = setInterval(() => void this.run('schedule'), options.every);
    // A process that has nothing else to do may end.
    this.schedule.unref();
  }

  /** How the last run ended; undefined before the first. */
  get lastResult(): PolicyResult | undefined {
    return this.latest;
  }

  /** Runs the rules now. Never rejects: what went wrong is in the result. */
  run(trigger: PolicyTrigger = 'demand'): Promise<PolicyResult> {
    this.running ??= this.carryOut(trigger).finally(() => (this.running = undefined));
    return this.running;
  }

  /** Says that the cache has changed; a run follows, soon but not too often. */
  changed(): void {
    if (this.pending !== undefined || this.abort.signal.aborted) return;
    const { afterChange = 1_000, atMostEvery = 60_000 } = this.options;
    const rest = this.latest === undefined ? 0 : this.latest.finishedAt + atMostEvery - this.now();
    this.pending = setTimeout(
      () => {
        this.pending = undefined;
        void this.run('change');
      },
      Math.max(afterChange, rest),
    );
    this.pending.unref();
  }

  /** Ends schedule and waiting; a run under way stops after the batch it is at. */
  async dispose(): Promise<void> {
    clearInterval(this.schedule);
    clearTimeout(this.pending);
    this.abort.abort();
    await this.running;
  }

  private async carryOut(trigger: PolicyTrigger): Promise<PolicyResult> {
    const startedAt = this.now();
    let removed = 0;
    let removedBytes = 0;
    let collected: CollectionStatistics | undefined;
    let error: unknown;
    try {
      const result = await this.manager.prune(this.options.rules, {
        signal: this.abort.signal,
        freeSpace: this.options.freeSpace,
        onRemoved: ({ size = 0 }) => {
          removed++;
          removedBytes += size;
        },
      });
      collected = result.collected;
    } catch (caught) {
      // To be told to stop is no failure.
      if (!isCancelled(caught)) error = caught;
    }
    this.latest = { trigger, startedAt, finishedAt: this.now(), removed, removedBytes, collected, error };
    this.options.onResult?.(this.latest);
    return this.latest;
  }
}
