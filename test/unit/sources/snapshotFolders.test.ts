import { linkSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openCache } from '../../../src/sources/open';
import { ReadContext } from '../../../src/sources/buildkitRoot/readContext';
import { SnapshotFolders } from '../../../src/sources/buildkitRoot/snapshotFolders';
import { ScratchFolder } from '../../support/boltFixture';
import { writeRoot } from '../../support/buildkitRoot';

const folder = new ScratchFolder();
afterAll(() => folder.remove());

function onDisk(path: string): number {
  return statSync(path).blocks * 512;
}

describe('the size of a snapshot that is still being written', () => {
  const fs = join(folder.path, 'snapshots', '7', 'fs');
  mkdirSync(join(fs, 'deep', 'down'), { recursive: true });
  mkdirSync(join(folder.path, 'snapshots', '7', 'work'));
  writeFileSync(join(fs, 'large'), Buffer.alloc(100_000, 1));
  writeFileSync(join(fs, 'deep', 'down', 'small'), 'x');
  linkSync(join(fs, 'large'), join(fs, 'deep', 'same'));
  symlinkSync('/', join(fs, 'out'));

  const expected =
    ['', 'deep', 'deep/down', 'large', 'deep/down/small'].reduce(
      (sum, path) => sum + onDisk(join(fs, path)),
      0,
    ) + 0;

  it('is what its files take on disk, hard links once, nothing through symbolic links', async () => {
    const folders = new SnapshotFolders(folder.path, true, new ReadContext(folder.path, {}, 0));
    expect(await folders.measure('7')).toEqual({ size: expected });
  });

  it('is that of the whole folder where the snapshotter keeps files in it directly', async () => {
    const folders = new SnapshotFolders(folder.path, false, new ReadContext(folder.path, {}, 0));
    const whole = onDisk(join(fs, '..')) + onDisk(join(fs, '..', 'work')) + expected;
    expect(await folders.measure('7')).toEqual({ size: whole });
  });

  it('is unknown, with the reason, when the folder is not there', async () => {
    const folders = new SnapshotFolders(folder.path, true, new ReadContext(folder.path, {}, 0));
    expect(await folders.measure('8')).toEqual({
      unknown: expect.stringContaining('folder 8, which is not here') as string,
    });
    const none = new SnapshotFolders(join(folder.path, 'none'), true, new ReadContext(folder.path, {}, 0));
    expect(await none.measure('7')).toEqual({ unknown: expect.stringContaining('not here') as string });
  });

  it('becomes the size of its record', async () => {
    const root = writeRoot(join(folder.path, 'root'), {
      records: { m: {} },
      snapshots: { m: { kind: 'active' } },
    });
    const own = join(root, 'runc-overlayfs', 'snapshots', 'snapshots', '1', 'fs');
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'file'), 'content');
    const { records } = await (await openCache(root)).read();
    expect(records[0].size).toBe(onDisk(own) + onDisk(join(own, 'file')));
    rmSync(own, { recursive: true });
    const [gone] = (await (await openCache(root)).read()).records;
    expect(gone.size).toBeUndefined();
    expect(gone.sizeUnknown).toContain('cannot be read');
  });
});
