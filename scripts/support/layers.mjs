import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildBundles } from './bundles.mjs';
import { hostOnDesktop, hostOnServer } from './hostLayer.mjs';
import { runNpm } from './install.mjs';
import { outFolder, root } from './paths.mjs';
import { runProcess } from './processes.mjs';
import { oneFailed, onePassed, oneSkipped, sum, tallyOfVitest } from './tally.mjs';
import { temporaryFolder } from './temporary.mjs';
import { whyNoServer } from './vscodeServer.mjs';
import { inspectPackage, packageExtension } from './vsix.mjs';

/**
 * One layer of `npm test`.
 * @typedef {object} Layer
 * @property {string} name as it is given on the command line; `host` stands for every layer that begins with `host-`
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
  { name: 'host-oldest', title: 'Host suite, oldest VS Code server', run: () => hostOnServer('oldest') },
  { name: 'host-newest', title: 'Host suite, newest VS Code server', run: () => hostOnServer('newest') },
  { name: 'host-desktop', title: 'Host suite, desktop VS Code', run: desktopLayer },
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
  const { bytes, files, problems } = inspectPackage(file);
  console.log(`${bytes} bytes, ${files.length} files`);
  problems.forEach((problem) => console.log(problem));
  return problems.length === 0 ? onePassed() : oneFailed();
}

/** Where there is no desktop VS Code the servers have run the suite, and nothing is skipped. */
async function desktopLayer() {
  return (await hostOnDesktop()) ?? sum([]);
}

async function uiLayer() {
  const reason = await whyNoServer('newest');
  if (reason === undefined) return vitest('ui', 'vitest.ui.config.ts');
  console.log(`SKIPPED: ${reason}`);
  return oneSkipped();
}
