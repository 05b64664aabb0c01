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
export const hostTimeoutMs = 180_000;

/**
 * @typedef {object} PreparedRun what a run of the suite needs, whatever host it runs in
 * @property {string} workspace an empty folder to open
 * @property {NodeJS.ProcessEnv} env for the extension host
 * @property {(exitCode: number | undefined, log?: readonly string[]) => HostReport} judge
 *
 * @typedef {object} HostReport
 * @property {import('./hostVerdict.mjs').Verdict} verdict
 * @property {import('./hostVerdict.mjs').HostResult} [result]
 * @property {readonly string[]} log the host's last lines, when there is no result
 */

/**
 * @param {string} runFolder
 * @returns {PreparedRun}
 */
export function prepareHostRun(runFolder) {
  const workspace = join(runFolder, 'workspace');
  const resultFile = join(runFolder, 'result.json');
  const nonce = randomUUID();
  mkdirSync(workspace);
  const read = (/** @type {string} */ file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);
  return {
    workspace,
    env: { BCI_HOST_RESULT: resultFile, BCI_HOST_NONCE: nonce },
    judge(exitCode, log = []) {
      const text = read(resultFile);
      const result = text === undefined ? undefined : JSON.parse(text);
      const lastTest = read(`${resultFile}.last`);
      const verdict = judgeHostRun({ exitCode, result, lastTest, nonce, files: hostSuiteFiles() });
      return {
        verdict,
        result,
        log: result === undefined ? log.filter((line) => !isNoise(line)).slice(-20) : [],
      };
    },
  };
}

/**
 * Runs the compiled host suite in the Node extension host of a VS Code server, driven through a headless browser.
 * @param {import('./vscodeServer.mjs').ServerKind} kind
 * @returns {Promise<HostReport>}
 */
export async function runHostSuiteOnServer(kind) {
  const installed = await installServer(kind);
  const runFolder = temporaryFolder('host');
  const run = prepareHostRun(runFolder);
  const server = await startServer(installed, { runFolder, testDriver: true, env: run.env });
  try {
    const { browser } = await launchBrowser();
    try {
      /** @type {string[]} */
      const log = [];
      const page = await browser.newPage();
      page.on('console', (message) => log.push(message.text().slice(0, 500)));
      /** @type {Promise<number>} */
      const ended = new Promise((resolve) => {
        void page.exposeFunction('codeAutomationLog', () => undefined);
        void page.exposeFunction('codeAutomationExit', resolve);
      });
      await page.goto(testPageAddress(server, run.workspace));
      const exitCode = await Promise.race([ended, late(hostTimeoutMs), server.ended]);
      return run.judge(exitCode, log);
    } finally {
      await browser.close();
    }
  } finally {
    await server.stop();
    removeFolder(runFolder);
  }
}

/**
 * @param {number} ms
 * @returns {Promise<undefined>}
 */
function late(ms) {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms).unref());
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
 * What every workbench says whose server carries no compiled modules and has no gallery.
 * @param {string} line
 */
function isNoise(line) {
  return /^%c +INFO|bindings file|native-watchdog|404|serviceWorker|sandbox attribute|same-origin iframe/.test(
    line,
  );
}
