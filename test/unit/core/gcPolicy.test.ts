import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GcPolicy, type GcPolicyOptions } from '../../../src/core/gcPolicy';
import { isFilterError } from '../../../src/model/filterError';
import { CoreHarness } from '../../support/coreHarness';

const minute = 60_000;

describe('the policy of a cache', () => {
  beforeEach(
    () =>
      void vi.useFakeTimers({
        toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval', 'Date'],
      }),
  );
  afterEach(() => void vi.useRealTimers());

  async function policyOf(core: CoreHarness, options: Partial<GcPolicyOptions> = {}): Promise<GcPolicy> {
    await core.unused(10, { recordType: 'source.local' });
    await core.unused(20);
    return new GcPolicy(core.manager, {
      rules: [{ filters: ['type==source.local'] }, { maxUsedSpace: 5 }],
      ...options,
    });
  }

  it('runs its rules in order on demand, and tells how that went', async () => {
    const core = await CoreHarness.open();
    const policy = await policyOf(core);
    expect(policy.lastResult).toBeUndefined();
    const result = await policy.run();
    expect(result).toMatchObject({ trigger: 'demand', removed: 2, removedBytes: 30, error: undefined });
    expect(policy.lastResult).toBe(result);
    expect(await core.usage()).toEqual([0, 0]);
  });

  it('gives whoever asks meanwhile the run that is under way', async () => {
    const core = await CoreHarness.open();
    const policy = await policyOf(core);
    expect(policy.run()).toBe(policy.run());
    await policy.run();
  });

  it('waits for more after a change, and then for a minute', async () => {
    const core = await CoreHarness.open();
    const ended: number[] = [];
    const start = Date.now();
    const policy = await policyOf(core, { onResult: ({ finishedAt }) => ended.push(finishedAt - start) });
    policy.changed();
    policy.changed();
    await vi.advanceTimersByTimeAsync(999);
    expect(ended).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await policy.run();
    expect(ended.length).toBeGreaterThan(0);
    const runs = ended.length;
    policy.changed();
    await vi.advanceTimersByTimeAsync(minute - 10);
    expect(ended).toHaveLength(runs);
    await vi.advanceTimersByTimeAsync(10);
    expect(policy.lastResult?.trigger).toBe('change');
    await policy.dispose();
  });

  it('runs on a schedule until it is disposed of', async () => {
    const core = await CoreHarness.open();
    const triggers: string[] = [];
    const policy = await policyOf(core, { every: minute, onResult: ({ trigger }) => triggers.push(trigger) });
    await vi.advanceTimersByTimeAsync(minute);
    await policy.run();
    expect(triggers[0]).toBe('schedule');
    await policy.dispose();
    const { length } = triggers;
    policy.changed();
    await vi.advanceTimersByTimeAsync(10 * minute);
    expect(triggers).toHaveLength(length);
  });

  it('says what was wrong with its rules', async () => {
    const core = await CoreHarness.open();
    const policy = await policyOf(core, { rules: [{ filters: ['type='] }] });
    const { error, removed } = await policy.run();
    expect([isFilterError(error), removed]).toEqual([true, 0]);
  });
});
