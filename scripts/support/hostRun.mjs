import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { URLSearchParams } from 'node:url';
import { launchBrowser } from './browser.mjs';
import { hostSuite, hostSuiteFiles } from './bundles.mjs';
import { judgeHostRun } from './hostVerdict.mjs';
import { root } from './paths.mjs';
import { removeFolder, temporaryFolder } from './temporary.mjs';
import { installServer, startServer } from './vscodeServer.mjs';

/** A run that takes longer has failed. */
const timeoutMs = 180_000;

/**
 * What a run of the suite gives to it and gets from it, whatever host it runs in.
 *
 * @typedef {object} HostRunFiles
 * @property {string} workspace an empty folder to open
 * @property {NodeJS.ProcessEnv} env for the extension host
 * @property {(exitCode: number | undefined) => HostReport} judge
 *
 * @typedef {import('./hostVerdict.mjs').Verdict & { result: import('./hostVerdict.mjs').HostResult | undefined }} HostReport
 */

/**
 * @param {string} runFolder
 * @returns {HostRunFiles}
 */
export function prepareHostRun(runFolder) {
  const workspace = join(runFolder, 'workspace');
  const resultFile = join(runFolder, 'result.json');
  const nonce = randomUUID();
  mkdirSync(workspace);
  return {
    workspace,
    env: { BCI_HOST_RESULT: resultFile, BCI_HOST_NONCE: nonce },
    judge(exitCode) {
      const result = existsSync(resultFile) ? JSON.parse(readFileSync(resultFile, 'utf8')) : undefined;
      return { ...judgeHostRun({ exitCode, result, nonce, files: hostSuiteFiles() }), result };
    },
  };
}

/**
 * Runs the compiled host suite in the Node extension host of a VS Code server, driven through a headless browser.
 * @param {import('./vscodeServer.mjs').ServerKind} kind
 * @returns {Promise<HostReport>} with the last lines of the host's log among the problems when there is no result
 */
export async function runHostSuiteOnServer(kind) {
  const installed = await installServer(kind);
  const runFolder = temporaryFolder('host');
  const run = prepareHostRun(runFolder);
  const server = await startServer(installed, { runFolder, testDriver: true, env: run.env });
  const { browser } = await launchBrowser();
  try {
    /** @type {string[]} */
    const log = [];
    const page = await browser.newPage();
    page.on('console', (message) => log.push(message.text().slice(0, 500)));
    const ended = new Promise((resolve) => {
      void page.exposeFunction('codeAutomationLog', () => undefined);
      void page.exposeFunction('codeAutomationExit', (/** @type {number} */ code) => resolve(code));
    });
    const late = new Promise((resolve) => setTimeout(resolve, timeoutMs).unref());
    const gone = server.ended.then(() => log.push('the VS Code server ended'));
    await page.goto(testPageAddress(server, run.workspace));
    const code = await Promise.race([ended, late, gone]);
    const report = run.judge(typeof code === 'number' ? code : undefined);
    if (report.result === undefined) report.problems.push(...log.filter((line) => !isNoise(line)).slice(-20));
    return report;
  } finally {
    await browser.close();
    await server.stop();
    removeFolder(runFolder);
  }
}

/**
 * The address of a workbench that loads the project as a development extension and runs the suite in it.
 * @param {import('./vscodeServer.mjs').RunningServer} server
 * @param {string} workspace
 */
function testPageAddress({ origin, authority }, workspace) {
  const remote = (/** @type {string} */ path) => `vscode-remote://${authority}${slashed(path)}`;
  const payload = [
    ['extensionDevelopmentPath', remote(root)],
    ['extensionTestsPath', remote(join(hostSuite.compiled, 'index.js'))],
  ];
  const query = new URLSearchParams({ folder: slashed(workspace), payload: JSON.stringify(payload) });
  return `${origin}/?${query}`;
}

/**
 * A path as an address has it: forward slashes, the first one leading.
 * @param {string} path
 */
function slashed(path) {
  const forward = path.replaceAll('\\', '/');
  return forward.startsWith('/') ? forward : `/${forward}`;
}

/**
 * What every workbench of a server says that carries no compiled modules and no gallery.
 * @param {string} line
 */
function isNoise(line) {
  return /%c +INFO|bindings file|native-watchdog|404|serviceWorker|Ignoring fetching/.test(line);
}
