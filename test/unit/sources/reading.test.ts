import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import type { Inventory } from '../../../src/model/inventory';
import { openCache } from '../../../src/sources/open';
import type { ReadProgress } from '../../../src/sources/source';
import { ScratchFolder } from '../../support/boltFixture';
import { writeRoot } from '../../support/buildkitRoot';
import { fixtureNames, sharedFixture, unpackFixture } from '../../support/fixtures';

const folder = new ScratchFolder();
afterAll(() => folder.remove());

/** A root large enough that reading it takes many slices. */
function largeRoot(count: number): string {
  const ids = Array.from({ length: count }, (_, index) => index.toString(36).padStart(25, 'k'));
  const committed = {
    'snapshot.committed': true,
    'cache.description': 'RUN something that is as long as such things are',
  };
  return writeRoot(join(folder.path, `large-${count}`), {
    records: Object.fromEntries(
      ids.map((id, index) => [id, { ...committed, ...(index > 0 && { 'cache.parent': ids[index - 1] }) }]),
    ),
    leases: Object.fromEntries(ids.map((id) => [id, [id]])),
    snapshots: Object.fromEntries(ids.map((id) => [id, { kind: 'committed', size: 4096 }])),
  });
}

describe('reading', () => {
  it('gives records before all else, once, and the same ones again at the end', async () => {
    const partial: Inventory[] = [];
    const source = await openCache(sharedFixture('v0.20.2-overlayfs-diverse').root);
    const whole = await source.read({ onRecords: (inventory) => partial.push(inventory) });
    expect(partial).toHaveLength(1);
    expect(partial[0]).toMatchObject({ complete: false, leases: [], snapshots: [], takenAt: whole.takenAt });
    expect(whole.complete).toBe(true);
    const links = (inventory: Inventory) =>
      inventory.records.map(({ id, parents, size, createdAt, twin }) => ({
        id,
        parents,
        size,
        createdAt,
        twin,
      }));
    expect(links(partial[0])).toEqual(links(whole));
    expect(partial[0].workers[0].name).toBe('runc-overlayfs');
  });

  it('tells how far it is, never backwards, to the end', async () => {
    const seen: ReadProgress[] = [];
    await (await openCache(largeRoot(3000))).read({ onProgress: (progress) => seen.push(progress) });
    expect(new Set(seen.map(({ stage }) => stage))).toEqual(
      new Set(['records', 'leases, blobs and snapshots', 'snapshot kinds and sizes', 'solver keys']),
    );
    const shares = seen.map(({ done }) => done);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });

  it('logs each database with its bytes, its entries and the time', async () => {
    const lines: string[] = [];
    const { root } = sharedFixture('v0.20.2-native-small');
    await (await openCache(root)).read({ log: (line) => lines.push(line) });
    const size = statSync(join(root, 'runc-native', 'metadata_v2.db')).size;
    expect(lines[0]).toMatch(
      new RegExp(`^runc-native/metadata_v2\\.db: ${size} bytes, 56 records, \\d+ ms$`),
    );
    expect(lines.map((line) => line.split(':')[0])).toEqual([
      'runc-native/metadata_v2.db',
      'runc-native/containerdmeta.db',
      'runc-native/content/blobs',
      'runc-native/snapshots/metadata.db',
      'cache.db',
      'history.db',
    ]);
  });

  it('stops between two slices when it is aborted, with the reason given', async () => {
    const source = await openCache(largeRoot(20_000));
    const reason = new Error('enough');
    await expect(source.read({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const reading = source.read({ signal: controller.signal, onProgress: () => controller.abort(reason) });
    await expect(reading).rejects.toBe(reason);
  });

  it('lets other work run all along', async () => {
    const source = await openCache(largeRoot(20_000));
    let turns = 0;
    let isDone = false;
    const turn = (): void => {
      turns++;
      if (!isDone) setImmediate(turn);
    };
    turn();
    const began = performance.now();
    await source.read();
    isDone = true;
    // A pause after every 8 ms or so; the bound is loose because other processes take time too.
    expect(turns).toBeGreaterThan((performance.now() - began) / 60);
  });

  it('gives the same inventory each time', async () => {
    const source = await openCache(sharedFixture('v0.20.2-killed').root);
    const first = await source.read();
    expect({ ...(await source.read()), takenAt: 0 }).toEqual({ ...first, takenAt: 0 });
  });

  it.each(fixtureNames())('leaves every byte and every time as it was: %s', async (name) => {
    const { root } = unpackFixture(name);
    const before = snapshotOf(root);
    // Times that changed would change visibly, whatever the file system's clock.
    await wait(15);
    await (await openCache(root)).read();
    expect(snapshotOf(root)).toEqual(before);
  });
});

/** Every file and folder with its size, times and bytes. */
function snapshotOf(root: string): unknown[] {
  const paths = ['', ...readdirSync(root, { recursive: true, encoding: 'utf8' })].sort();
  return paths.map((path) => {
    const found = statSync(join(root, path));
    const bytes = found.isFile() ? readFileSync(join(root, path)).toString('base64') : '';
    return [path, found.mode, found.size, found.mtimeMs, found.ctimeMs, bytes];
  });
}
