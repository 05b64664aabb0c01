import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildBundles, packagedBundles } from './bundles.mjs';
import { root } from './paths.mjs';
import { runProcess } from './processes.mjs';

/**
 * Builds the extension small and packs it.
 * @param {string} file where the .vsix goes
 */
export async function packageExtension(file) {
  await buildBundles({ production: true, names: packagedBundles });
  const vsce = join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  const args = [vsce, 'package', '--no-dependencies', '--no-rewrite-relative-links', '--out', file];
  const { code, output } = await runProcess(process.execPath, args, { cwd: root, output: 'capture' });
  if (code !== 0) throw new Error(`the extension could not be packaged:\n${output}`);
}

/** @returns {{ name: string, version: string, publisher: string }} */
export function manifest() {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
}

/** Everything a .vsix may hold. The first two are the archive's own. */
const allowed = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/package\.json$/,
  /^extension\/(readme|changelog)\.md$/i,
  /^extension\/LICENSE(\.txt)?$/,
  /^extension\/dist\/(extension|layoutWorker|page)\.js$/,
  /^extension\/media\/(?!icon\.svg)[\w-]+\.(css|png|svg)$/,
  /^extension\/media\/readme\/[\w-]+\.png$/,
  /^extension\/media\/sample\/.+$/,
];

/** What a .vsix must hold. */
const required = [
  'extension/package.json',
  'extension/readme.md',
  'extension/changelog.md',
  'extension/dist/extension.js',
  'extension/dist/layoutworker.js',
  'extension/dist/page.js',
];

/**
 * What is wrong with the contents of a .vsix; nothing when it holds exactly what runs.
 * @param {readonly string[]} paths
 * @returns {string[]}
 */
export function packageProblems(paths) {
  const present = new Set(paths.map((path) => path.toLowerCase()));
  return [
    ...paths
      .filter((path) => !allowed.some((pattern) => pattern.test(path)))
      .map((path) => `${path} does not belong in the package`),
    ...required.filter((path) => !present.has(path)).map((path) => `${path} is missing from the package`),
    ...(paths.some((path) => /^extension\/LICENSE/i.test(path))
      ? []
      : ['the licence is missing from the package']),
    ...(paths.some((path) => path.startsWith('extension/media/sample/'))
      ? []
      : ['the sample cache is missing from the package']),
  ];
}
