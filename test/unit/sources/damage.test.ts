import { cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import * as promises from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { BoltError } from '../../../src/bolt/boltError';
import { BoltFile } from '../../../src/bolt/boltFile';
import type { Inventory } from '../../../src/model/inventory';
import { openCache } from '../../../src/sources/open';
import { damagedDatabase, fixturePath, ScratchFolder } from '../../support/boltFixture';
import { recordDatabase, writeRoot } from '../../support/buildkitRoot';
import { sharedFixture, unpackFixture } from '../../support/fixtures';
import { LiveBoltWriter } from '../../support/liveBoltWriter';
import { seededRandom } from '../../support/random';

vi.mock('node:fs/promises', { spy: true });

const folder = new ScratchFolder();
afterAll(() => folder.remove());
afterEach(() => {
  vi.restoreAllMocks();
  vi.resetAllMocks();
});

async function read(path: string): Promise<Inventory> {
  return await (await openCache(path)).read();
}

function words({ notes }: Inventory): string {
  return notes.map(({ message }) => message).join('\n');
}

/** An unpacked root with one file of it changed. */
function rootWith(file: string, change: (path: string) => void): string {
  const { root } = unpackFixture('v0.20.2-native-small');
  change(join(root, file));
  return root;
}

const metadata = 'runc-native/metadata_v2.db';
const containerd = 'runc-native/containerdmeta.db';

describe('a metadata database that cannot be read', () => {
  it.each([
    ['is empty', (path: string) => truncateSync(path), 'empty'],
    ['is text', (path: string) => writeFileSync(path, 'hello '.repeat(4000)), 'not a bbolt database'],
    ['is all zeroes', (path: string) => writeFileSync(path, Buffer.alloc(131072)), 'not a bbolt database'],
    ['is missing', (path: string) => rmSync(path), 'no such file'],
    ['is of another version', (path: string) => writeFileSync(path, damagedDatabase('version-3')), 'version'],
  ])('leaves the rest to be seen, and says what is wrong, when it %s', async (_, change, said) => {
    const reading = read(rootWith(metadata, change));
    if (said === 'version') {
      await expect(reading).rejects.toMatchObject({ reason: 'unsupported' });
      return;
    }
    const inventory = await reading;
    expect(inventory.records).toEqual([]);
    expect(inventory.leases).toHaveLength(49);
    const note = inventory.notes.find(({ severity }) => severity === 'error');
    expect(note).toMatchObject({ file: metadata, message: expect.stringContaining(said) as string });
  });

  it('is an error when there is nothing else', async () => {
    const root = join(folder.path, 'nothing');
    mkdirSync(join(root, 'runc-overlayfs'), { recursive: true });
    writeFileSync(join(root, 'runc-overlayfs', 'metadata_v2.db'), '');
    await expect(read(root)).rejects.toMatchObject({ reason: 'corrupt' });
  });

  it('is a note when another worker is well', async () => {
    const root = rootWith('runc-native', (path) => cpSync(path, `${path}2`, { recursive: true }));
    writeFileSync(join(root, 'runc-native2', 'metadata_v2.db'), damagedDatabase('version-3'));
    const inventory = await read(root);
    expect(inventory.records).toHaveLength(41);
    expect(words(inventory)).toContain('The records of runc-native2 cannot be read');
  });
});

describe('a damaged metadata database', () => {
  it('shows the records that are not damaged, and marks nothing as dropped', async () => {
    const root = rootWith(metadata, (path) => writeFileSync(path, damagedDatabase('leaf-garbage')));
    const inventory = await read(root);
    expect(inventory.records.length).toBeGreaterThan(30);
    expect(inventory.records.length).toBeLessThan(41);
    expect(words(inventory)).toMatch(/A part of the records is lost, the rest is shown\. .*page \d+/);
    expect(inventory.records.every(({ dropsAtStart }) => dropsAtStart === undefined)).toBe(true);
  });

  it('shows what a circle of pages leaves', async () => {
    const inventory = await read(folder.write('branch-cycle.db', damagedDatabase('branch-cycle')));
    expect(inventory.records.length).toBeGreaterThan(30);
    expect(words(inventory)).toContain('reached a second time');
  });

  it.each(['truncated-half', 'root-bucket-past-end', 'leaf-zeroed', 'leaf-count-huge'])(
    'ends in data with a note: %s',
    async (name) => {
      const inventory = await read(folder.write(`${name}.db`, damagedDatabase(name)));
      expect(inventory.notes.some(({ severity }) => severity === 'error')).toBe(true);
      expect(words(inventory)).not.toContain('holds no records');
    },
  );

  it('reads what is sound but unusual', async () => {
    for (const name of [
      'good',
      'pagesize-1024',
      'pagesize-65536',
      'no-freelist-sync',
      'truncated-used-pages',
    ]) {
      expect((await read(folder.write(`${name}.db`, damagedDatabase(name)))).records, name).toHaveLength(41);
    }
    const empty = await read(folder.write('no-main.db', damagedDatabase('no-main-bucket')));
    expect(empty.records).toEqual([]);
    expect(words(empty)).toContain('no bucket of records');
  });
});

describe('damaged records', () => {
  const ids = JSON.parse(
    readFileSync(fixturePath('bolt-damaged', 'records-damaged.ids.json'), 'utf8'),
  ) as string[];

  it('are shown, with a note where something is left out', async () => {
    const inventory = await read(folder.write('records-damaged.db', damagedDatabase('records-damaged')));
    const record = (index: number) =>
      inventory.records.find(({ id, twin }) => [id, twin].includes(ids[index]));
    const notes = (index: number) =>
      inventory.notes.filter((note) => note.record === ids[index]).map(({ message }) => message);
    expect(record(0)).toMatchObject({ createdAt: undefined });
    expect(record(1)).toMatchObject({ createdAt: undefined });
    expect(notes(1)[0]).toContain('"cache.createdAt"');
    expect(notes(2)[0]).toContain('stands on nosuchrecord0000000000000');
    expect(notes(3)[0]).toContain('its own parent');
    expect([...notes(4), ...notes(5)].join()).toContain('stand on each other in a circle');
    expect(notes(6)[0]).toContain('usage count');
    expect(record(7)).toMatchObject({ lastUsedAt: -1, lastUsedAtNanos: 999999 });
    expect(record(8)).toMatchObject({ deleted: true });
    expect(Object.values(record(9)?.attributes ?? {}).join()).toContain('{');
    expect(record(10)?.description).toContain('\ufffd');
    expect(words(inventory)).toContain('"a-value-where-a-record-is-expected"');
    // One more than in the sound database: a record without any key.
    expect(inventory.records).toHaveLength(42);
  });

  it('by the thousand make a few notes and a count', async () => {
    const records = Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`r${index}`, { 'cache.createdAt': Buffer.from('{') }]),
    );
    const inventory = await read(writeRoot(join(folder.path, 'many'), { records }));
    expect(inventory.records).toHaveLength(500);
    expect(inventory.notes.length).toBeLessThan(30);
    expect(words(inventory)).toContain('There are 480 more values that cannot be read.');
  });
});

describe('strange but valid records', () => {
  it('keep a description of a million bytes, HTML, and ids of any characters', async () => {
    const html = '<img src=x onerror="alert(1)"> & <script>alert(2)</script>';
    const odd = [
      'a b',
      '../../etc/passwd',
      '__proto__',
      'constructor',
      'ü\u2028\u0000',
      '<b>',
      'x'.repeat(1000),
    ];
    const records = {
      long: { 'cache.description': `${'<'.repeat(1_000_000)}\u{1f4a5}` },
      html: { 'cache.description': html, 'cache.parent': '__proto__' },
    };
    const database = recordDatabase(records);
    const inventory = await read(folder.write('strange.db', database));
    const byId = new Map(inventory.records.map((record) => [record.id, record]));
    expect(byId.get('long')?.description).toBe(`${'<'.repeat(1_000_000)}\u{1f4a5}`);
    expect(byId.get('html')?.description).toBe(html);
    const strange = await read(
      writeRoot(join(folder.path, 'odd'), {
        records: Object.fromEntries(odd.map((id) => [id, { 'cache.description': id }])),
        leases: Object.fromEntries(odd.map((id) => [id, [id]])),
        snapshots: Object.fromEntries(odd.map((id) => [id, { kind: 'active' }])),
      }),
    );
    expect(strange.records.map(({ id }) => id).sort()).toEqual([...odd].sort());
    expect(
      strange.records.every(({ id, description, leases }) => description === id && leases[0] === id),
    ).toBe(true);
  });
});

describe('the other databases', () => {
  it('each become a note when they cannot be read, and the rest is shown', async () => {
    for (const file of [containerd, 'runc-native/snapshots/metadata.db', 'cache.db', 'history.db']) {
      const inventory = await read(
        rootWith(file, (path) => writeFileSync(path, 'not a database'.repeat(1000))),
      );
      expect(inventory.records).toHaveLength(41);
      const note = inventory.notes.find((it) => it.file === file);
      expect(note).toMatchObject({ severity: 'error' });
      expect(note?.message).toMatch(/not a bbolt database.*(not shown|unknown).*Open another copy/s);
    }
  });

  it('say so when their form is newer than what is known', async () => {
    const { root } = unpackFixture('v0.20.2-native-small');
    const { buildBolt } = await import('../../support/boltWriter');
    const { varint } = await import('../../support/buildkitRoot');
    writeFileSync(
      join(root, containerd),
      buildBolt({ entries: [['v1', { entries: [['version', varint(9)]] }]] }),
    );
    writeFileSync(
      join(root, 'history.db'),
      buildBolt({ entries: [['_version', { entries: [['version', '7']] }]] }),
    );
    const said = words(await read(root));
    expect(said).toContain("revision 9 of containerd's schema; up to 4 is known");
    expect(said).toContain('version 7 of the build history; up to 2 is known');
  });
});

describe('a folder without permission', () => {
  const denied = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });

  it('says so, and how to get it', async () => {
    vi.mocked(promises.readdir).mockRejectedValue(denied);
    await expect(openCache(sharedFixture('v0.20.2-native-small').root)).rejects.toMatchObject({
      reason: 'noPermission',
      message: expect.stringMatching(/You may not read .*Copy the folder/) as string,
    });
  });

  it('says so when only the databases in it are closed', async () => {
    const { root } = sharedFixture('v0.20.2-native-small');
    const source = await openCache(root);
    vi.spyOn(BoltFile, 'open').mockImplementation((path) => {
      throw new BoltError('noPermission', { file: path }, 'this file may not be read by the current user.');
    });
    await expect(source.read()).rejects.toMatchObject({
      reason: 'noPermission',
      message: expect.stringContaining('Copy the folder') as string,
    });
  });

  it('is a note when it is the content store', async () => {
    const { root } = sharedFixture('v0.20.2-native-small');
    const source = await openCache(root);
    const { readdir } = await vi.importActual<typeof promises>('node:fs/promises');
    vi.mocked(promises.readdir).mockImplementation(((path: string, ...rest: []) =>
      path.includes('content') ? Promise.reject(denied) : readdir(path, ...rest)) as typeof readdir);
    const inventory = await source.read();
    expect(inventory.records).toHaveLength(41);
    expect(inventory.blobs.every(({ present }) => present === undefined)).toBe(true);
    expect(words(inventory)).toContain('The content store at runc-native/content/blobs may not be read');
  });
});

describe('a database that is written while it is read', () => {
  const content = (count: number) => {
    const records = Array.from({ length: count }, (_, index): [string, { entries: [string, string][] }] => [
      `r${String(index).padStart(6, '0')}`,
      { entries: [['cache.usageCount', `{"value":${count}}`]] },
    ]);
    return { entries: [['_main', { entries: records }] as const] };
  };

  it('is shown as one transaction left it', async () => {
    const path = join(folder.path, 'live.db');
    const writer = new LiveBoltWriter(path);
    writer.commit(content(500));
    const source = await openCache(path);
    for (let round = 1; round <= 20; round++) {
      const inventory = await source.read({ onProgress: () => writer.commit(content(500 + round)) });
      expect(new Set(inventory.records.map(({ usageCount }) => usageCount))).toEqual(
        new Set([inventory.records.length]),
      );
    }
    writer.close();
  });
});

describe('seeded damage to any database of a root', () => {
  it('ends in data or in a named error, soon', async () => {
    const random = seededRandom(77);
    const below = (limit: number) => Math.floor(random() * limit);
    const { root } = unpackFixture('v0.20.2-native-small');
    const files = [metadata, containerd, 'runc-native/snapshots/metadata.db', 'cache.db', 'history.db'];
    for (let round = 0; round < 300; round++) {
      const file = join(root, files[round % files.length]);
      const sound = readFileSync(file);
      const damaged = Buffer.from(sound);
      for (let change = 0; change <= below(20); change++) {
        damaged[below(damaged.length)] ^= 1 << below(8);
      }
      writeFileSync(file, round % 7 === 0 ? damaged.subarray(0, below(damaged.length)) : damaged);
      const began = performance.now();
      const outcome = await read(root).catch((error: unknown) => error);
      expect(performance.now() - began).toBeLessThan(5000);
      expect(outcome).toSatisfy((it: object) => 'records' in it || ('reason' in it && 'message' in it));
      writeFileSync(file, sound);
    }
  });
});
