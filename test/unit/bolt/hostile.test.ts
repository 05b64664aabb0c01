import { truncateSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type { BoltError, BoltErrorReason } from '../../../src/bolt/boltError';
import type { BoltBucket } from '../../../src/bolt/bucket';
import { readBolt } from '../../../src/bolt/readBolt';
import { ScratchFolder } from '../../support/boltFixture';
import {
  buildBolt,
  metaPage,
  pageBytes,
  type BranchElement,
  type LeafElement,
} from '../../support/boltWriter';

const pageSize = 4096;
const folder = new ScratchFolder();
afterAll(() => folder.remove());

/** A database of hand-made pages, the first of which becomes page 2, the root page unless told otherwise. */
function database(pages: readonly Buffer[], rootPage = 2): Buffer {
  const highWater = pages.length + 2;
  const metas = [0n, 1n].map((txid) =>
    metaPage({ pageSize, rootPage, freelistPage: 2n ** 64n - 1n, highWater, txid }),
  );
  return Buffer.concat([...metas, ...pages]);
}

const leaf = (page: number, elements: readonly LeafElement[]): Buffer =>
  pageBytes(pageSize, page, 'leaf', elements);
const branch = (page: number, elements: readonly BranchElement[]): Buffer =>
  pageBytes(pageSize, page, 'branch', elements);

const value = (key: string, text = 'value'): LeafElement => ({
  key: Buffer.from(key),
  value: Buffer.from(text),
  isBucket: false,
});

function bucket(key: string, rootPage: number, inline?: Buffer): LeafElement {
  const header = Buffer.alloc(16);
  header.writeBigUInt64LE(BigInt(rootPage));
  return {
    key: Buffer.from(key),
    value: inline === undefined ? header : Buffer.concat([header, inline]),
    isBucket: true,
  };
}

const numbered = <T>(count: number, make: (key: string) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(String(index).padStart(3, '0')));

interface Walk {
  /** Paths of all entries met. */
  readonly entries: string[];
  readonly damage: BoltError[];
}

async function walk(bytes: Buffer, residentBytes = 0): Promise<Walk> {
  const entries: string[] = [];
  const damage: BoltError[] = [];
  const visit = (parent: BoltBucket): void => {
    const cursor = parent.cursor();
    while (cursor.next()) {
      entries.push([...parent.path, cursor.keyText()].join('/'));
      if (cursor.isBucket) {
        visit(cursor.bucket());
      }
    }
  };
  await readBolt(folder.write('hostile.db', bytes), ({ root }) => visit(root), {
    residentBytes,
    onDamage: (error) => damage.push(error),
  });
  return { entries, damage };
}

const reasons = ({ damage }: Walk): BoltErrorReason[] => damage.map(({ reason }) => reason);

describe('pages that are reached more than once', () => {
  const levels = 30;

  it('do not multiply under branch pages', async () => {
    const pages = Array.from({ length: levels }, (_, level) =>
      branch(
        level + 2,
        numbered(150, (key) => ({ key: Buffer.from(key), page: level + 3 })),
      ),
    );
    const result = await walk(database([...pages, leaf(levels + 2, [value('only')])]));
    expect(result.entries).toEqual(['only']);
    expect(new Set(reasons(result))).toEqual(new Set(['cycle']));
    expect(result.damage).toHaveLength(levels);
  });

  it('do not multiply under buckets', async () => {
    const pages = Array.from({ length: levels }, (_, level) =>
      leaf(
        level + 2,
        numbered(100, (key) => bucket(key, level + 3)),
      ),
    );
    const result = await walk(database([...pages, leaf(levels + 2, [value('only')])]));
    expect(result.entries).toHaveLength(levels * 100 + 1);
    expect(new Set(reasons(result))).toEqual(new Set(['cycle']));
  });

  it('are found where a bucket holds itself', async () => {
    const result = await walk(database([leaf(2, [bucket('self', 2), value('z')])]));
    expect(result.entries).toEqual(['self', 'z']);
    expect(reasons(result)).toEqual(['cycle']);
    expect(result.damage[0].bucketPath).toEqual(['self']);
  });

  it('are found where two buckets share a page, and the first keeps it', async () => {
    const result = await walk(
      database([leaf(2, [bucket('a', 3), bucket('b', 3), value('c')]), leaf(3, [value('k')])]),
    );
    expect(result.entries).toEqual(['a', 'a/k', 'b', 'c']);
    expect(reasons(result)).toEqual(['cycle']);
  });

  it('are found where a page with overflow runs over another page', async () => {
    const long = pageBytes(2 * pageSize, 4, 'leaf', [value('long', 'x'.repeat(5000))], 1);
    const result = await walk(
      database([
        leaf(2, [bucket('a', 5), bucket('b', 4)]),
        leaf(3, []),
        long.subarray(0, pageSize),
        leaf(5, [value('k')]),
      ]),
    );
    expect(result.entries).toEqual(['a', 'a/k', 'b']);
    expect(reasons(result)).toEqual(['cycle']);
  });

  it('may be looked at again and again by whoever comes the right way', async () => {
    const path = folder.write('again.db', database([leaf(2, [bucket('a', 3)]), leaf(3, [value('k')])]));
    await readBolt(path, ({ root }) => {
      for (let times = 0; times < 3; times++) {
        expect(root.bucket('a')?.get('k')?.toString()).toBe('value');
        expect(root.bucket('a')?.cursor().next()).toBe(true);
      }
    });
  });
});

describe('nesting', () => {
  it('of buckets ends at 256 levels', async () => {
    const pages = Array.from({ length: 1000 }, (_, level) => leaf(level + 2, [bucket('b', level + 3)]));
    const result = await walk(database([...pages, leaf(1002, [value('k')])]));
    expect(result.entries).toHaveLength(256);
    expect(reasons(result)).toEqual(['tooDeep']);
  });

  it('of branch pages ends at 64 levels', async () => {
    const pages = Array.from({ length: 1000 }, (_, level) =>
      branch(level + 2, [{ key: Buffer.from('b'), page: level + 3 }]),
    );
    const result = await walk(database([...pages, leaf(1002, [value('k')])]));
    expect(result.entries).toEqual([]);
    expect(reasons(result)).toEqual(['tooDeep']);
  });

  it('of a bucket in an inline bucket is damage', async () => {
    const inline = pageBytes(100, 0, 'leaf', [bucket('inner', 0), value('k')]);
    const result = await walk(database([leaf(2, [bucket('outer', 0, inline)])]));
    expect(result.entries).toEqual(['outer', 'outer/k']);
    expect(result.damage[0].message).toMatch(
      /page 2, bucket "outer": an inline bucket holds another bucket\.$/,
    );
  });
});

describe('numbers that lead out of the file', () => {
  it.each([0, 1, 3, 1000, 2 ** 32 + 2, 2 ** 53, 2 ** 63])('root page %d', async (rootPage) => {
    const result = await walk(database([leaf(2, [value('k')])], rootPage));
    expect(result.entries).toEqual([]);
    expect(reasons(result)).toEqual(['badPage']);
  });

  it.each([
    [1, 'badPage'],
    [0xffff_ffff, 'badPage'],
  ])('overflow of %i pages', async (overflow, reason) => {
    const page = leaf(2, [value('k')]);
    page.writeUInt32LE(overflow, 12);
    expect(reasons(await walk(database([page])))).toEqual([reason]);
  });

  it('overflow past the end of a file that was cut', async () => {
    const page = pageBytes(3 * pageSize, 2, 'leaf', [value('k', 'v'.repeat(9000))], 2);
    const result = await walk(database([page, leaf(3, []), leaf(4, [])]).subarray(0, 3 * pageSize));
    expect(reasons(result)).toEqual(['truncated']);
  });

  it('a page of half the file', async () => {
    const page = leaf(2, [value('k')]);
    page.writeUInt32LE(70_000, 12);
    const highWater = 80_000;
    const metas = [0n, 1n].map((txid) =>
      metaPage({ pageSize, rootPage: 2, freelistPage: 3n, highWater, txid }),
    );
    const path = folder.write('long.db', Buffer.concat([...metas, page]));
    truncateSync(path, highWater * pageSize);
    await expect(readBolt(path, ({ root }) => root.cursor().next())).rejects.toMatchObject({
      reason: 'tooLarge',
      page: 2,
    });
  });
});

describe('elements', () => {
  const patched = (patch: (page: Buffer) => void): Promise<Walk> => {
    const page = leaf(2, [value('a'), value('b'), value('c'), value('d')]);
    patch(page);
    return walk(database([page]));
  };
  const elementAt = (index: number): number => 16 + 16 * index;

  it('with a wrong position are left out, and only they', async () => {
    const result = await patched((page) => page.writeUInt32LE(20, elementAt(1) + 4));
    expect(result.entries).toEqual(['a', 'c', 'd']);
    expect(reasons(result)).toEqual(['badPage']);
  });

  it('with a wrong length are left out, and only they', async () => {
    for (const field of [8, 12]) {
      const result = await patched((page) => page.writeUInt32LE(3, elementAt(1) + field));
      expect(result.entries).toEqual(['a', 'c', 'd']);
      expect(reasons(result)).toEqual(['badPage']);
    }
  });

  it('without a key, or of an unknown kind, are left out', async () => {
    const noKey = await patched((page) => {
      page.writeUInt32LE(0, elementAt(2) + 8);
      page.writeUInt32LE(6, elementAt(2) + 12);
    });
    expect(noKey.entries).toEqual(['a', 'b', 'd']);
    const unknown = await patched((page) => page.writeUInt32LE(2, elementAt(2)));
    expect(unknown.entries).toEqual(['a', 'b', 'd']);
  });

  it('that a wrong count adds are left out', async () => {
    const result = await patched((page) => page.writeUInt16LE(5, 10));
    expect(result.entries).not.toContain('');
    expect(result.entries.every((key) => 'abcd'.includes(key))).toBe(true);
    expect(reasons(result)).toEqual(['badPage']);
  });

  it('that share their bytes are not both shown', async () => {
    const result = await patched((page) => {
      for (let index = 0; index < 4; index++) {
        page.writeUInt32LE(200 - 16 * index, elementAt(index) + 4);
      }
    });
    expect(result.entries.length).toBeLessThan(2);
    expect(reasons(result)).toEqual(['badPage']);
  });

  it('that share an inline bucket are not all walked', async () => {
    const inline = pageBytes(
      1600,
      0,
      'leaf',
      numbered(50, (key) => value(key)),
    );
    const page = leaf(
      2,
      numbered(100, (key) => (key === '000' ? bucket(key, 0, inline) : value(key, ''))),
    );
    // Every second element is the bucket once more; each one between begins where the bucket ends.
    for (let index = 2; index < 100; index++) {
      const other = index % 2 === 0 ? 0 : 1;
      page.copy(page, elementAt(index), elementAt(other), elementAt(other + 1));
      page.writeUInt32LE(
        page.readUInt32LE(elementAt(other) + 4) - 16 * (index - other),
        elementAt(index) + 4,
      );
    }
    const result = await walk(database([page]));
    expect(result.entries.length).toBeLessThan(200);
    expect(reasons(result)).toEqual(['badPage']);
  });

  it('are never called a bucket without the bytes of one', async () => {
    const result = await patched((page) => page.writeUInt32LE(1, elementAt(0)));
    expect(result.entries).toEqual(['b', 'c', 'd']);
    expect(result.damage[0].message).toContain('the header of a bucket in this page is cut');
  });

  it('of a branch page lead on though a key is misplaced', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const root = branch(
      2,
      names.map((name, index) => ({ key: Buffer.from(name), page: 3 + index })),
    );
    root.writeUInt32LE(0xffff_fff0, elementAt(1));
    const bytes = database([root, ...names.map((name, index) => leaf(3 + index, [value(name)]))]);
    const result = await walk(bytes);
    expect(result.entries).toEqual(names);
    expect(reasons(result)).toEqual(['badPage']);
    const path = folder.write('misplaced.db', bytes);
    const found = await readBolt(path, ({ root: top }) => ['a', 'c', 'd'].map((name) => top.get(name)), {
      onDamage: () => undefined,
    });
    expect(found.map(String)).toEqual(['value', 'value', 'value']);
  });

  it('are missed where a branch page has none', async () => {
    expect(reasons(await walk(database([branch(2, [])])))).toEqual(['badPage']);
  });
});

describe('a file that is all damage', () => {
  it('is reported within bounds', async () => {
    const entries = numbered(900, (key) => [key, { entries: [['k', 'v'.repeat(3000)]] }] as const);
    const tops = numbered(4, (key) => [key, { entries }] as const);
    const bytes = buildBolt({ entries: tops });
    // Every page of a record loses its type; the pages above stay.
    for (let page = 2; page * pageSize < bytes.length; page++) {
      const at = page * pageSize;
      if (bytes.readUInt16LE(at + 8) === 2 && bytes.readUInt16LE(at + 10) === 1) {
        bytes.writeUInt16LE(0, at + 8);
      }
    }
    const result = await walk(bytes);
    expect(result.entries).toHaveLength(4 + 4 * 900);
    expect(result.damage).toHaveLength(1000);
  });
});
