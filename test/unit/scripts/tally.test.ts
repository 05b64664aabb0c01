import { describe, expect, it } from 'vitest';
import { formatTally, sum, tallyOfVitest } from '../../../scripts/support/tally.mjs';

const report = {
  success: true,
  numPassedTests: 5,
  numFailedTests: 0,
  numPendingTests: 1,
  numTodoTests: 1,
  testResults: [{ status: 'passed', assertionResults: [{ status: 'passed' }] }],
};

describe('a tally', () => {
  it('is the sum over all layers', () => {
    const total = sum([
      { passed: 1, failed: 0, skipped: 2 },
      { passed: 10, failed: 3, skipped: 0 },
    ]);
    expect(formatTally(total)).toBe('11 passed, 3 failed, 2 skipped');
  });

  it('is zero over nothing', () => {
    expect(formatTally(sum([]))).toBe('0 passed, 0 failed, 0 skipped');
  });
});

describe("the tally of vitest's report", () => {
  it('counts what passed, and as skipped what was skipped or is still to do', () => {
    expect(tallyOfVitest(report)).toEqual({ passed: 5, failed: 0, skipped: 2 });
  });

  it('counts failed tests once, not their file too', () => {
    const failed = {
      ...report,
      success: false,
      numFailedTests: 2,
      testResults: [{ status: 'failed', assertionResults: [{ status: 'failed' }, { status: 'failed' }] }],
    };
    expect(tallyOfVitest(failed).failed).toBe(2);
  });

  it('counts a file that could not be loaded as a failure', () => {
    const unloaded = { ...report, success: false, testResults: [{ status: 'failed', assertionResults: [] }] };
    expect(tallyOfVitest(unloaded).failed).toBe(1);
  });

  it('counts a run that failed for another reason as a failure', () => {
    expect(tallyOfVitest({ ...report, success: false }).failed).toBe(1);
  });
});
