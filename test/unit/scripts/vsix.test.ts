import { describe, expect, it } from 'vitest';
import { packageProblems } from '../../../scripts/support/vsix.mjs';
import { packedFiles } from '../../../scripts/support/zip.mjs';

const readme = 'Words. ![A graph](media/readme/graph.png) More words.';

const runs = [
  'extension/package.json',
  'extension/readme.md',
  'extension/changelog.md',
  'extension/LICENSE.txt',
  'extension/dist/extension.js',
  'extension/dist/layoutWorker.js',
  'extension/dist/localStores.js',
  'extension/dist/page.js',
  'extension/dist/sql-wasm.wasm',
  'extension/media/buildCache.svg',
  'extension/media/graph-dark.svg',
  'extension/media/graph-light.svg',
  'extension/media/icon.png',
  'extension/media/page.css',
  'extension/media/readme/graph.png',
  'extension/media/sample/runc-overlayfs/metadata_v2.db',
];
const packed = ['[Content_Types].xml', 'extension.vsixmanifest', ...runs];

describe('the package', () => {
  it('may hold exactly what runs and what a person reads', () => {
    expect(packageProblems(packed, readme)).toEqual([]);
  });

  it.each([
    'extension/dist/page.js.map',
    'extension/dist/inspect.js',
    'extension/src/extension.ts',
    'extension/node_modules/d3/index.js',
    'extension/scripts/start.mjs',
    'extension/test/host/index.ts',
    'extension/.npmrc',
    'extension/media/notes.txt',
    'extension/media/icon.svg',
  ])('may not hold %s', (path) => {
    expect(packageProblems([...packed, path], readme)).toEqual([`${path} does not belong in the package`]);
  });

  it.each(runs)('must hold %s', (path) => {
    const without = packed.filter((other) => other !== path);
    expect(packageProblems(without, readme)).toEqual([`${path} is missing from the package`]);
  });
});

describe('the list of files in a zip archive', () => {
  it('has every path with its size', () => {
    const archive = zipOf([
      { path: 'a.txt', bytes: 5 },
      { path: 'folder/ü.txt', bytes: 70_000 },
    ]);
    expect(packedFiles(archive)).toEqual([
      { path: 'a.txt', bytes: 5 },
      { path: 'folder/ü.txt', bytes: 70_000 },
    ]);
  });

  it('is empty for an archive without files', () => {
    expect(packedFiles(zipOf([]))).toEqual([]);
  });

  it.each([
    ['an empty file', Buffer.alloc(0)],
    ['a text', Buffer.from('no archive at all, just some words')],
    ['an archive that was cut off', zipOf([]).subarray(0, 10)],
  ])('cannot be had of %s', (_, archive) => {
    expect(() => packedFiles(archive)).toThrow('not a zip archive');
  });

  it('cannot be had when the directory is damaged', () => {
    const archive = zipOf([{ path: 'a.txt', bytes: 5 }]);
    archive[0] = 0;
    expect(() => packedFiles(archive)).toThrow('damaged');
  });
});

/** A zip archive that has a central directory and nothing else. */
function zipOf(files: readonly { path: string; bytes: number }[]): Buffer {
  const entries = files.map(({ path, bytes }) => {
    const name = Buffer.from(path);
    const entry = Buffer.alloc(46);
    entry.write('PK\x01\x02', 'latin1');
    entry.writeUInt32LE(bytes, 24);
    entry.writeUInt16LE(name.length, 28);
    return Buffer.concat([entry, name]);
  });
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(files.length, 10);
  return Buffer.concat([...entries, end]);
}
