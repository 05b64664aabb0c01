import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildBundles, packagedBundles } from './bundles.mjs';
import { root } from './paths.mjs';
import { runProcess } from './processes.mjs';
import { packedFiles } from './zip.mjs';

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

/** @returns {{ name: string, version: string }} */
export function manifest() {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
}

/** Everything a .vsix may hold. The first two are the archive's own. */
const allowed = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/package\.json$/,
  /^extension\/(readme|changelog)\.md$/,
  /^extension\/LICENSE\.txt$/,
  /^extension\/dist\/(extension|layoutWorker|localStores|page)\.js$/,
  /^extension\/dist\/sql-wasm\.wasm$/,
  /^extension\/media\/(buildCache\.svg|graph-(dark|light)\.svg|icon\.png|page\.css)$/,
  /^extension\/media\/readme\/[\w-]+\.png$/,
  /^extension\/media\/sample\/.+$/,
];

/** What a .vsix must hold. */
const required = [
  'package.json',
  'readme.md',
  'changelog.md',
  'LICENSE.txt',
  'dist/extension.js',
  'dist/layoutWorker.js',
  'dist/localStores.js',
  'dist/page.js',
  'dist/sql-wasm.wasm',
  'media/buildCache.svg',
  'media/graph-dark.svg',
  'media/graph-light.svg',
  'media/icon.png',
  'media/page.css',
  'media/sample/runc-overlayfs/metadata_v2.db',
];

/**
 * What is wrong with the contents of a .vsix; nothing when it holds exactly what runs.
 * @param {readonly string[]} paths
 * @param {string} readme the README's text, whose pictures must be there
 * @returns {string[]}
 */
export function packageProblems(paths, readme) {
  const pictures = [...readme.matchAll(/!\[[^\]]*\]\((media\/[^)\s]+)\)/g)].map(([, path]) => path);
  const foreign = paths.filter((path) => !allowed.some((pattern) => pattern.test(path)));
  const missing = [...required, ...pictures].filter((path) => !paths.includes(`extension/${path}`));
  return [
    ...foreign.map((path) => `${path} does not belong in the package`),
    ...missing.map((path) => `extension/${path} is missing from the package`),
  ];
}

/**
 * Reads a .vsix.
 * @param {string} file
 * @returns {{ bytes: number, files: import('./zip.mjs').PackedFile[], problems: string[] }}
 */
export function inspectPackage(file) {
  const archive = readFileSync(file);
  const files = packedFiles(archive);
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const problems = packageProblems(
    files.map(({ path }) => path),
    readme,
  );
  return { bytes: archive.length, files, problems };
}
