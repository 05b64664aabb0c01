import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CollectionStatistics } from '../../../src/store/collector';
import { CollectionScheduler, type SchedulerSettings } from '../../../src/store/gc/collectionScheduler';

const nothing: CollectionStatistics = {
  leases: 0,
  content: 0,
  snapshots: 0,
  ingests: 0,
  contentBytes: 0,
  snapshotBytes: 0,
  leftovers: [],
  durationMs: 1,
};

function scheduler(settings: Partial<SchedulerSettings>) {
  const collect = vi.fn(() => Promise.resolve(nothing));
  return { collect, scheduler: new CollectionScheduler(collect, settings) };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('the schedule of collections', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('Q1: collects once when the threshold of deletions is reached', async () => {
    const { collect, scheduler: one } = scheduler({
      deletionThreshold: 5,
      pauseThreshold: 0.001,
      startupDelayMs: 0,
    });
    for (let n = 0; n < 4; n++) one.changed(true);
    await pass(1000);
    expect(collect).toHaveBeenCalledTimes(0);
    one.changed(true);
    await pass(1000);
    expect(collect).toHaveBeenCalledTimes(1);
    one.stop();
  });

  it('Q2: collects first after the delay at start, and at once when asked', async () => {
    const { collect, scheduler: one } = scheduler({ startupDelayMs: 20 });
    await pass(19);
    expect(collect).toHaveBeenCalledTimes(0);
    await pass(1);
    expect(collect).toHaveBeenCalledTimes(1);
    one.stop();
    const asked = scheduler({});
    const answer = asked.scheduler.trigger();
    await pass(0);
    await expect(answer).resolves.toEqual(nothing);
    expect(asked.collect).toHaveBeenCalledTimes(1);
    asked.scheduler.stop();
  });

  it('Q3: lets ticks pass until a hundred changes or one deletion', async () => {
    const { collect, scheduler: one } = scheduler({});
    await pass(100);
    expect(collect).toHaveBeenCalledTimes(1);
    await pass(2000);
    for (let n = 0; n < 99; n++) one.changed(false);
    await pass(2000);
    expect(collect).toHaveBeenCalledTimes(1);
    one.changed(false);
    await pass(245);
    expect(collect).toHaveBeenCalledTimes(2);
    one.changed(true);
    await pass(245);
    expect(collect).toHaveBeenCalledTimes(3);
    await pass(2000);
    expect(collect).toHaveBeenCalledTimes(3);
    one.stop();
  });

  it('counts every change after a deletion as one', async () => {
    const { collect, scheduler: one } = scheduler({ deletionThreshold: 3, startupDelayMs: 0 });
    one.changed(true);
    one.changed(false);
    await pass(50);
    expect(collect).toHaveBeenCalledTimes(0);
    one.changed(false);
    await pass(0);
    expect(collect).toHaveBeenCalledTimes(1);
    one.stop();
  });

  it('tells those who wait of a failure and tries again', async () => {
    const { collect, scheduler: one } = scheduler({ startupDelayMs: 0 });
    collect.mockRejectedValueOnce(new Error('disk'));
    const answer = one.trigger();
    const told = expect(answer).rejects.toThrow('disk');
    await pass(0);
    await told;
    await pass(1000);
    expect(collect).toHaveBeenCalledTimes(2);
    one.stop();
  });
});
