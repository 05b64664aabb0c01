import { afterAll, describe, expect, it } from 'vitest';
import { fnv1a64 } from '../../../src/bolt/fnv1a';
import { readBolt } from '../../../src/bolt/readBolt';
import { ScratchFolder } from '../../support/boltFixture';
import { buildBolt, metaPage } from '../../support/boltWriter';

const folder = new ScratchFolder();
afterAll(() => folder.remove());

const txidOf = (bytes: Uint8Array): Promise<bigint> =>
  readBolt(folder.write('meta.db', bytes), (database) => database.txid);

const small = { entries: [['top', { entries: [['key', 'value']] }]] } as const;

/** The database that bbolt itself makes first: metas 0 and 1, an empty freelist, an empty leaf. */
function freshDatabase(): Buffer {
  const pages = [0n, 1n].map((txid) =>
    metaPage({ pageSize: 4096, rootPage: 3, freelistPage: 2n, highWater: 4, txid }),
  );
  const freelist = Buffer.alloc(4096);
  freelist.writeUInt16LE(2, 0);
  freelist.writeUInt16LE(16, 8);
  const leaf = Buffer.alloc(4096);
  leaf.writeUInt16LE(3, 0);
  leaf.writeUInt16LE(2, 8);
  return Buffer.concat([...pages, freelist, leaf]);
}

describe('the checksum of meta pages', () => {
  it('is FNV-1a of 64 bits', () => {
    expect(fnv1a64(Buffer.from(''))).toBe(0xcbf29ce484222325n);
    expect(fnv1a64(Buffer.from('a'))).toBe(0xaf63dc4c8601ec8cn);
    expect(fnv1a64(Buffer.from('foobar'))).toBe(0x85944171f73967e8n);
  });

  it('of a fresh database is the one bbolt writes', () => {
    const fresh = freshDatabase();
    expect(fresh.readBigUInt64LE(72)).toBe(0x07516e114689fdeen);
    expect(fresh.readBigUInt64LE(4096 + 72)).toBe(0x264c351a5179480fn);
  });
});

describe('a fresh database', () => {
  it('is read at its newer transaction, and is empty', async () => {
    const path = folder.write('fresh.db', freshDatabase());
    const state = await readBolt(path, (database) => ({
      txid: database.txid,
      hasEntries: database.root.cursor().next(),
      freePages: database.freePageCount(),
    }));
    expect(state).toEqual({ txid: 1n, hasEntries: false, freePages: 0 });
  });
});

describe('choosing the meta page', () => {
  it('takes the newer one, whichever page it is on', async () => {
    expect(await txidOf(buildBolt(small, { txid: 6 }))).toBe(6n);
    expect(await txidOf(buildBolt(small, { txid: 7 }))).toBe(7n);
  });

  it.each([0, 1])('takes the other one if page %i is torn', async (torn) => {
    const bytes = buildBolt(small, { txid: 7 });
    bytes[torn * 4096 + 70] ^= 1;
    expect(await txidOf(bytes)).toBe(torn === 1 ? 6n : 7n);
  });

  it.each([512, 1024, 4096, 16_384, 65_536, 1 << 20])(
    'finds a page size of %i, also where the first page is lost',
    async (pageSize) => {
      const bytes = buildBolt(small, { pageSize, txid: 7 });
      expect(await readBolt(folder.write('size.db', bytes), (database) => database.pageSize)).toBe(pageSize);
      if (pageSize >= 1024) {
        bytes.fill(0, 0, pageSize);
        expect(await txidOf(bytes)).toBe(7n);
      }
    },
  );

  it('does not take a copy of a meta page inside some other page for one', async () => {
    const bytes = buildBolt(small, { txid: 7 });
    bytes.copy(bytes, 1024, 4096, 4096 + 80);
    bytes.writeBigUInt64LE(9n, 1024 + 64);
    bytes.writeBigUInt64LE(fnv1a64(bytes.subarray(1024 + 16, 1024 + 72)), 1024 + 72);
    bytes[70] ^= 1;
    expect(await txidOf(bytes)).toBe(7n);
  });

  it('takes an impossible page size for a broken meta page', async () => {
    for (const pageSize of [0, 1, 5000, 256, 1 << 25]) {
      const bytes = buildBolt(small, { txid: 7 });
      bytes.writeUInt32LE(pageSize, 24);
      bytes.writeBigUInt64LE(fnv1a64(bytes.subarray(16, 72)), 72);
      expect(await txidOf(bytes)).toBe(7n);
    }
  });
});

describe('a file without a usable meta page', () => {
  const torn = buildBolt(small);
  torn[70] ^= 1;
  torn[4096 + 70] ^= 1;

  it.each([
    ['empty', 'empty', Buffer.alloc(0)],
    ['one byte', 'notBolt', Buffer.alloc(1)],
    ['zeros', 'notBolt', Buffer.alloc(65_536)],
    ['text', 'notBolt', Buffer.from('FROM scratch\n'.repeat(1000))],
    ['cut inside its first meta page', 'notBolt', buildBolt(small).subarray(0, 79)],
    ['torn in both meta pages', 'checksum', torn],
  ])('that is %s is an error named %s', async (_, reason, bytes) => {
    await expect(txidOf(bytes)).rejects.toMatchObject({
      name: 'BoltError',
      reason,
      file: `${folder.path}/meta.db`,
    });
  });
});
