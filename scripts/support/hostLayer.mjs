import { buildBundles, buildHostSuite, packagedBundles } from './bundles.mjs';
import { findDesktop, runHostSuiteOnDesktop } from './desktop.mjs';
import { runHostSuiteOnServer } from './hostRun.mjs';
import { installPiece } from './install.mjs';
import { oneSkipped } from './tally.mjs';
import { whyNoServer } from './vscodeServer.mjs';

/** Builds the extension and the suite that tests it from inside. */
async function buildForHost() {
  await installPiece('driver');
  await buildBundles({ names: packagedBundles });
  await buildHostSuite();
}

/**
 * The host suite in a VS Code server.
 * @param {import('./vscodeServer.mjs').ServerKind} kind
 * @returns {Promise<import('./tally.mjs').Tally>}
 */
export async function hostOnServer(kind) {
  const reason = await whyNoServer(kind);
  if (reason !== undefined) {
    console.log(`SKIPPED: ${reason}`);
    return oneSkipped();
  }
  await buildForHost();
  return printReport(await runHostSuiteOnServer(kind));
}

/**
 * The host suite in a desktop VS Code, where there is one. Where there is none nothing is left untested: the same suite
 * runs in the servers.
 * @returns {Promise<import('./tally.mjs').Tally | undefined>} `undefined` where there is none
 */
export async function hostOnDesktop() {
  const desktop = await findDesktop();
  if ('missing' in desktop) {
    console.log(`No desktop VS Code: ${desktop.missing}.`);
    return undefined;
  }
  await buildForHost();
  return printReport(await runHostSuiteOnDesktop(desktop));
}

/**
 * Prints each test with its outcome.
 * @param {import('./hostRun.mjs').HostReport} report
 */
function printReport({ verdict, result, log }) {
  const marks = { passed: '✓', failed: '✗', skipped: '-' };
  if (result) console.log(`VS Code ${result.vscode}, Node ${result.node}, ${result.loaded} tests loaded`);
  for (const { title, state, durationMs, error } of result?.tests ?? []) {
    console.log(`  ${marks[state]} ${title} (${durationMs} ms)${error === undefined ? '' : `\n${error}`}`);
  }
  verdict.problems.forEach((problem) => console.log(`  ! ${problem}`));
  log.forEach((line) => console.log(`    ${line.split('\n')[0]}`));
  return verdict;
}
