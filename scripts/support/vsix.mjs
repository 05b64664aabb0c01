import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildBundles } from './bundles.mjs';
import { root } from './paths.mjs';
import { runProcess } from './processes.mjs';

/**
 * Builds the extension small and packs it.
 * @param {string} file where the .vsix goes
 */
export async function packageExtension(file) {
  await buildBundles({ production: true });
  const vsce = join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  const args = [vsce, 'package', '--no-dependencies', '--skip-license', '--out', file];
  const { code, output } = await runProcess(process.execPath, args, { cwd: root, output: 'capture' });
  if (code !== 0) throw new Error(`the extension could not be packaged:\n${output}`);
}

/** @returns {{ name: string, version: string, publisher: string }} */
export function manifest() {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
}

/**
 * @typedef {object} PackedFile
 * @property {string} path with forward slashes
 * @property {number} bytes unpacked
 * @property {number} packedBytes
 */

/** A zip archive's end record, without the comment that may follow it. */
const endRecordBytes = 22;

/**
 * The files of a .vsix, which is a zip archive, by its central directory (PKWARE's APPNOTE 4.3.12 and 4.3.16; no zip64).
 * @param {Buffer} archive
 * @returns {PackedFile[]}
 * @throws when it is not a zip archive
 */
export function packedFiles(archive) {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0 || end + endRecordBytes > archive.length) throw new Error('not a zip archive');
  const count = archive.readUInt16LE(end + 10);
  const files = [];
  let offset = archive.readUInt32LE(end + 16);
  for (let index = 0; index < count; index++) {
    if (archive.toString('latin1', offset, offset + 4) !== 'PK\x01\x02')
      throw new Error('damaged zip archive');
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((at) => archive.readUInt16LE(offset + at));
    const path = archive.toString('utf8', offset + 46, offset + 46 + nameBytes);
    files.push({
      path,
      bytes: archive.readUInt32LE(offset + 24),
      packedBytes: archive.readUInt32LE(offset + 20),
    });
    offset += 46 + nameBytes + extraBytes + commentBytes;
  }
  return files;
}

/** Everything a .vsix may hold. The first two are the archive's own. */
const allowed = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/package\.json$/,
  /^extension\/(readme|changelog)\.md$/i,
  /^extension\/LICENSE(\.txt)?$/,
  /^extension\/dist\/(extension|layoutWorker|page)\.js$/,
  /^extension\/media\/[\w-]+\.(css|png|svg)$/,
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
