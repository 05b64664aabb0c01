import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildBundles, buildHostSuite } from './bundles.mjs';
import { runHostSuiteOnServer } from './hostRun.mjs';
import { installPiece, runNpm } from './install.mjs';
import { outFolder, root } from './paths.mjs';
import { runProcess } from './processes.mjs';
import { oneFailed, onePassed, oneSkipped, tallyOfVitest } from './tally.mjs';
import { temporaryFolder } from './temporary.mjs';
import { canRunServer } from './vscodeServer.mjs';
import { packageExtension, packageProblems, packedFiles } from './vsix.mjs';

/**
 * One layer of `npm test`.
 * @typedef {object} Layer
 * @property {string} name as it is given on the command line; several layers may share it
 * @property {string} title
 * @property {() => Promise<import('./tally.mjs').Tally>} run rejects when it could not run at all, which is a failure
 */

/** @type {readonly Layer[]} */
export const layers = [
  { name: 'types', title: 'Types', run: () => npmScript('types') },
  { name: 'lint', title: 'Lint', run: () => npmScript('lint') },
  { name: 'format', title: 'Format', run: () => npmScript('format:check') },
  { name: 'unit', title: 'Unit tests', run: () => vitest('unit', 'vitest.config.ts') },
  { name: 'build', title: 'Build', run: buildLayer },
  { name: 'package', title: 'Package', run: packageLayer },
  { name: 'host', title: 'Host suite, oldest VS Code server', run: () => hostLayer('oldest') },
  { name: 'host', title: 'Host suite, newest VS Code server', run: () => hostLayer('newest') },
  { name: 'ui', title: 'UI tests', run: uiLayer },
];

/** @param {string} name */
async function npmScript(name) {
  const { code } = await runNpm(root, ['run', '--silent', name], 'inherit');
  return code === 0 ? onePassed() : oneFailed();
}

/**
 * @param {string} name
 * @param {string} config
 */
async function vitest(name, config) {
  const report = join(outFolder, 'test', `${name}.json`);
  rmSync(report, { force: true });
  mkdirSync(join(outFolder, 'test'), { recursive: true });
  const program = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  await runProcess(process.execPath, [program, 'run', '--config', config, ...reporters], { cwd: root });
  if (!existsSync(report)) throw new Error('vitest wrote no report');
  return tallyOfVitest(JSON.parse(readFileSync(report, 'utf8')));
}

async function buildLayer() {
  for (const { name, bytes } of await buildBundles()) console.log(`dist/${name}.js: ${bytes} bytes`);
  return onePassed();
}

async function packageLayer() {
  const file = join(temporaryFolder('package'), 'extension.vsix');
  await packageExtension(file);
  const archive = readFileSync(file);
  const paths = packedFiles(archive).map(({ path }) => path);
  console.log(`${archive.length} bytes, ${paths.length} files`);
  const problems = packageProblems(paths);
  problems.forEach((problem) => console.error(problem));
  return problems.length === 0 ? onePassed() : oneFailed();
}

/** @param {import('./vscodeServer.mjs').ServerKind} kind */
async function hostLayer(kind) {
  if (!canRunServer()) return skipForPlatform();
  await installPiece('driver');
  await buildBundles({ names: ['extension', 'page', 'layoutWorker'] });
  await buildHostSuite();
  const report = await runHostSuiteOnServer(kind);
  printHostReport(report);
  return report;
}

async function uiLayer() {
  return canRunServer() ? vitest('ui', 'vitest.ui.config.ts') : skipForPlatform();
}

function skipForPlatform() {
  console.log(`SKIPPED: npm carries no VS Code server that runs on ${process.platform}-${process.arch}.`);
  return oneSkipped();
}

/** @param {import('./hostRun.mjs').HostReport} report */
function printHostReport({ result, problems }) {
  const marks = { passed: '✓', failed: '✗', skipped: '-' };
  if (result) console.log(`VS Code ${result.vscode}, Node ${result.node}, ${result.loaded} tests loaded`);
  for (const { title, state, durationMs, error } of result?.tests ?? []) {
    console.log(`  ${marks[state]} ${title} (${durationMs} ms)${error === undefined ? '' : `\n${error}`}`);
  }
  problems.forEach((problem) => console.error(`  ! ${problem}`));
}
