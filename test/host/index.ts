import { readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Mocha from 'mocha';
import * as vscode from 'vscode';
import type { HostResult, HostTest } from '../../scripts/support/hostVerdict.mjs';

/**
 * Runs every suite of this folder inside the extension host; called by VS Code.
 *
 * How the host ends says nothing certain about the tests, so the outcome is written to the file named by `BCI_HOST_RESULT`
 * together with the nonce of the run; who started the run reads it there.
 * @throws when a test failed
 */
export async function run(): Promise<void> {
  process.setSourceMapsEnabled(true);
  const mocha = new Mocha({ ui: 'bdd', timeout: 20_000, forbidOnly: true, reporter: Quiet });
  const files = readdirSync(__dirname).filter((name) => name.endsWith('.test.js'));
  for (const file of files.sort()) mocha.addFile(join(__dirname, file));

  const tests: HostTest[] = [];
  let loaded = 0;
  const failures = await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    loaded = runner.total;
    const note = (test: Mocha.Runnable, state: HostTest['state'], error?: string): void => {
      tests.push({
        file: fileOf(test),
        title: test.fullTitle(),
        state,
        durationMs: test.duration ?? 0,
        error,
      });
    };
    runner.on('test', (test) => noteBeginning(test.fullTitle()));
    runner.on('pass', (test) => note(test, 'passed'));
    runner.on('pending', (test) => note(test, 'skipped'));
    runner.on('fail', (test, error: Error) => note(test, 'failed', error.stack ?? error.message));
  });
  report({
    nonce: process.env.BCI_HOST_NONCE ?? '',
    vscode: vscode.version,
    node: process.versions.node,
    loaded,
    tests,
  });
  if (failures > 0) throw new Error(`${failures} tests failed`);
}

/** Prints nothing: what ran is in the result. */
class Quiet extends Mocha.reporters.Base {}

/** The test file's name without ending; a failed hook counts for the file it stands in. */
function fileOf(test: Mocha.Runnable): string {
  return /([^/\\]+)\.js$/.exec(test.file ?? '')?.[1] ?? '';
}

/** Leaves the name of the test that is about to run, for the case that the host does not outlive it. */
function noteBeginning(title: string): void {
  const path = process.env.BCI_HOST_RESULT;
  if (path !== undefined) writeFileSync(`${path}.last`, title);
}

/** Writes the result so that it is there whole or not at all. */
function report(result: HostResult): void {
  const path = process.env.BCI_HOST_RESULT;
  if (path === undefined) return;
  writeFileSync(`${path}.partial`, JSON.stringify(result));
  renameSync(`${path}.partial`, path);
}
