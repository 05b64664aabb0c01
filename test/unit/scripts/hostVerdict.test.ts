import { describe, expect, it } from 'vitest';
import { judgeHostRun } from '../../../scripts/support/hostVerdict.mjs';
import type { HostResult, HostRun, HostTest } from '../../../scripts/support/hostVerdict.mjs';

const ran = (file: string, title: string, state: HostTest['state'] = 'passed'): HostTest => ({
  file,
  title,
  state,
  durationMs: 1,
});

const tests = [ran('tree.test', 'shows records'), ran('graph.test', 'opens'), ran('graph.test', 'closes')];

function result(changes: Partial<HostResult> = {}): HostResult {
  const { tests: changed = tests } = changes;
  return {
    nonce: 'this run',
    vscode: '1.99.3',
    node: '20.20.2',
    loaded: changed.length,
    tests: changed,
    ...changes,
  };
}

function judge(changes: Partial<HostRun> = {}): ReturnType<typeof judgeHostRun> {
  return judgeHostRun({
    exitCode: 0,
    result: result(),
    nonce: 'this run',
    files: ['graph.test', 'tree.test'],
    ...changes,
  });
}

describe('a run in an extension host', () => {
  it('passes when every file ran, every test passed and the host ended with 0', () => {
    expect(judge()).toEqual({ passed: 3, failed: 0, skipped: 0, problems: [] });
  });

  it('passes with skipped tests, and counts them', () => {
    const withSkipped = [...tests, ran('tree.test', 'sorts', 'skipped')];
    expect(judge({ result: result({ tests: withSkipped }) })).toEqual({
      passed: 3,
      failed: 0,
      skipped: 1,
      problems: [],
    });
  });

  it('fails when a test failed', () => {
    const withFailed = [...tests, ran('tree.test', 'sorts', 'failed')];
    const verdict = judge({ exitCode: 1, result: result({ tests: withFailed }) });
    expect(verdict).toEqual({ passed: 3, failed: 1, skipped: 0, problems: ['1 of 4 tests failed'] });
  });

  it('fails when the host was killed: it ends with 0 and leaves no result', () => {
    const { passed, failed, problems } = judge({ result: undefined, lastTest: 'graph opens' });
    expect({ passed, failed }).toEqual({ passed: 0, failed: 1 });
    expect(problems).toEqual(['the suite wrote no result (exit code 0); it ended in the test "graph opens"']);
  });

  it('fails when the host did not end, whatever the result says', () => {
    const { passed, failed, problems } = judge({ exitCode: undefined });
    expect({ passed, failed }).toEqual({ passed: 0, failed: 1 });
    expect(problems).toEqual(['the extension host did not end in time; it is before any test']);
  });

  it('fails when the result is of another run', () => {
    const { passed, failed, problems } = judge({ result: result({ nonce: 'the run before' }) });
    expect({ passed, failed }).toEqual({ passed: 0, failed: 1 });
    expect(problems).toEqual(['the result file is of another run']);
  });

  it.each([[null], ['passed'], [{}], [{ nonce: 'this run', loaded: 0 }]])(
    'fails when the result is %j',
    (odd) => {
      const { passed, failed, problems } = judge({ result: odd });
      expect({ passed, failed }).toEqual({ passed: 0, failed: 1 });
      expect(problems).toEqual(['the result file is not one of the suite']);
    },
  );

  it('fails when no test was run', () => {
    const { failed, problems } = judge({ result: result({ tests: [] }), files: [] });
    expect(failed).toBe(1);
    expect(problems).toEqual(['the suite ran no test']);
  });

  it('fails when fewer tests ran than were loaded', () => {
    const { failed, problems } = judge({ result: result({ loaded: 4 }) });
    expect(failed).toBe(1);
    expect(problems).toEqual(['4 tests were loaded, 3 were run']);
  });

  it('fails when a file of the suite had no test', () => {
    const { failed, problems } = judge({ files: ['commands.test', 'graph.test', 'tree.test'] });
    expect(failed).toBe(1);
    expect(problems).toEqual(['no test of commands.test was run']);
  });

  it.each([
    ['no test failed, but the exit code is 1', 1, tests],
    ['tests failed, but the exit code is 0', 0, [...tests, ran('tree.test', 'sorts', 'failed')]],
  ])('fails when result and exit code disagree: %s', (problem, exitCode, outcome) => {
    const { failed, problems } = judge({ exitCode, result: result({ tests: outcome }) });
    expect(failed).toBeGreaterThan(0);
    expect(problems).toContain(problem);
  });
});
