/**
 * What the suite writes about itself at the end of a run (see test/host/index.ts).
 *
 * @typedef {object} HostTest
 * @property {string} file the test file, without ending: "activation.test"
 * @property {string} title the full title
 * @property {'passed' | 'failed' | 'skipped'} state
 * @property {number} durationMs
 * @property {string} [error]
 *
 * @typedef {object} HostResult
 * @property {string} nonce what the driver gave this run
 * @property {string} vscode the editor's version
 * @property {string} node the extension host's Node version
 * @property {number} loaded how many tests were found when the files had been loaded
 * @property {HostTest[]} tests every test that was run or skipped
 *
 * @typedef {object} HostRun what the driver saw
 * @property {number | undefined} exitCode `undefined` when the host did not end in time
 * @property {unknown} result the parsed result file; `undefined` when there is none
 * @property {string} [lastTest] the test that was begun last, known also of a host that did not live to its end
 * @property {string} nonce what the driver gave
 * @property {readonly string[]} files the suite's files, as `HostTest.file` names them
 *
 * @typedef {object} Verdict
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {string[]} problems why the run cannot be trusted, or did not pass; empty means it passed
 */

/**
 * Whether a run in an extension host passed. Its exit code alone proves nothing: a host that is killed also ends with 0.
 * So a run passes only if the suite itself reported, for this very run, that all its tests were run and none failed.
 * A run that cannot be trusted counts as one failure more.
 * @param {HostRun} run
 * @returns {Verdict}
 */
export function judgeHostRun({ exitCode, result, lastTest, nonce, files }) {
  const where = lastTest === undefined ? 'before any test' : `in the test "${lastTest}"`;
  if (exitCode === undefined) return untrusted(`the extension host did not end in time; it is ${where}`);
  if (result === undefined)
    return untrusted(`the suite wrote no result (exit code ${exitCode}); it ended ${where}`);
  if (!isHostResult(result)) return untrusted('the result file is not one of the suite');
  if (result.nonce !== nonce) return untrusted('the result file is of another run');

  const count = (/** @type {HostTest['state']} */ state) =>
    result.tests.filter((test) => test.state === state).length;
  const [passed, failed, skipped] = [count('passed'), count('failed'), count('skipped')];
  const problems = [];
  if (result.tests.length === 0) problems.push('the suite ran no test');
  if (result.tests.length !== result.loaded) {
    problems.push(`${result.loaded} tests were loaded, ${result.tests.length} were run`);
  }
  for (const file of files) {
    if (!result.tests.some((test) => test.file === file)) problems.push(`no test of ${file} was run`);
  }
  if (failed === 0 && exitCode !== 0) problems.push(`no test failed, but the exit code is ${exitCode}`);
  if (failed > 0 && exitCode === 0) problems.push('tests failed, but the exit code is 0');
  const distrust = problems.length > 0 ? 1 : 0;
  if (failed > 0) problems.push(`${failed} of ${result.tests.length} tests failed`);
  return { passed, failed: failed + distrust, skipped, problems };
}

/**
 * @param {string} problem
 * @returns {Verdict}
 */
function untrusted(problem) {
  return { passed: 0, failed: 1, skipped: 0, problems: [problem] };
}

/**
 * @param {unknown} value
 * @returns {value is HostResult}
 */
function isHostResult(value) {
  if (typeof value !== 'object' || value === null) return false;
  const { nonce, loaded, tests } = /** @type {Partial<HostResult>} */ (value);
  return typeof nonce === 'string' && typeof loaded === 'number' && Array.isArray(tests);
}
