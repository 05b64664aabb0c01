import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { isBoltError, type BoltError } from '../../../src/bolt/boltError';
import type { BoltDatabase } from '../../../src/bolt/database';
import { readBolt } from '../../../src/bolt/readBolt';
import { damagedDatabase, fixturePath, ScratchFolder } from '../../support/boltFixture';

const folder = new ScratchFolder();
afterAll(() => folder.remove());

/** The two ways of having the bytes: by parts, and the whole file in memory. */
const ways = [0, 1 << 30];

interface Counts {
  readonly txid: number;
  readonly pageSize: number;
  /** Buckets under `_main`, and what they hold; `undefined` if there is no `_main`. */
  readonly records: number | undefined;
  readonly keys: number | undefined;
}

function count(database: BoltDatabase): Counts {
  const main = database.root.bucket('_main');
  let records = 0;
  let keys = 0;
  const cursor = main?.cursor();
  while (cursor?.next()) {
    if (cursor.isBucket) {
      records++;
      const entries = cursor.bucket().cursor();
      while (entries.next()) {
        keys++;
      }
    }
  }
  return {
    txid: Number(database.txid),
    pageSize: database.pageSize,
    records: main && records,
    keys: main && keys,
  };
}

/** What can be read, with all damage found on the way. */
async function countWithDamage(path: string, residentBytes: number): Promise<[Counts, BoltError[]]> {
  const damage: BoltError[] = [];
  const counts = await readBolt(path, count, { residentBytes, onDamage: (error) => damage.push(error) });
  return [counts, damage];
}

interface Reference {
  readonly file: string;
  readonly txid?: number;
  readonly pageSize?: number;
  readonly main?: string;
  readonly mainRecords?: number;
  readonly mainKeys?: number;
}

/** What the Go library made of each file. */
const references = readFileSync(fixturePath('bolt-damaged', 'bbolt-says.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Reference);

describe('what the Go library reads', () => {
  const readable = references.filter((reference) => reference.mainRecords !== undefined);

  it('is twelve of the files', () => {
    expect(readable.map(({ file }) => file)).toHaveLength(12);
  });

  it.each(readable)('is read alike, without damage: $file', async (reference) => {
    const path = folder.write(reference.file, damagedDatabase(reference.file.replace('.db', '')));
    for (const residentBytes of ways) {
      const [counts, damage] = await countWithDamage(path, residentBytes);
      expect(damage).toEqual([]);
      expect(counts).toEqual({
        txid: reference.txid,
        pageSize: reference.pageSize,
        records: reference.main === 'absent' ? undefined : reference.mainRecords,
        keys: reference.main === 'absent' ? undefined : reference.mainKeys,
      });
    }
  });
});

describe('a file that leads nowhere', () => {
  it.each([
    ['zero-length', 'empty', 'the file is empty (0 bytes).'],
    ['not-bolt', 'notBolt', 'this is not a bbolt database: it does not have the mark of one.'],
    ['version-3', 'version', 'the database is of another version of the bbolt file format than 2.'],
    [
      'both-metas-torn',
      'checksum',
      'both meta pages fail their checksum, so that there is no way into the database.',
    ],
  ])('is one clear error: %s', async (name, reason, problem) => {
    const path = folder.write(`${name}.db`, damagedDatabase(name));
    const error: unknown = await readBolt(path, count, { onDamage: () => undefined }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ reason, file: path, message: `${path}: ${problem}` });
  });
});

describe('a database with damage', () => {
  const whole = { txid: 395, pageSize: 4096, records: 56, keys: 504 };
  const nothing = { txid: 395, pageSize: 4096, records: undefined, keys: undefined };

  it.each([
    {
      name: 'branch-cycle',
      counts: { ...whole, records: 51, keys: 455 },
      damage: { reason: 'cycle', page: 21, bucketPath: ['_main'] },
      words: 'page 21, bucket "_main": this page is reached a second time, from another place.',
    },
    {
      name: 'branch-past-end',
      counts: { ...whole, records: 51, keys: 455 },
      damage: { reason: 'badPage', page: 2 ** 40, bucketPath: ['_main'] },
      words: 'page 1099511627776, bucket "_main": the database has no such page; it can use pages 2 to 26.',
    },
    {
      name: 'leaf-count-huge',
      counts: { ...whole, records: 50, keys: 444 },
      damage: { reason: 'badPage', page: 11, bucketPath: ['_main'] },
      words: 'page 11, bucket "_main": it says that it has 65535 elements; so many do not fit.',
    },
    {
      name: 'leaf-element-out-of-page',
      counts: { ...whole, records: 55, keys: 497 },
      damage: { reason: 'badPage', page: 11, bucketPath: ['_main'] },
      words: 'page 11, bucket "_main": 1 of its 6 elements are not where they should be.',
    },
    {
      name: 'leaf-garbage',
      counts: { ...whole, records: 50, keys: 444 },
      damage: { reason: 'badPage', page: 11, bucketPath: ['_main'] },
      words: 'page 11, bucket "_main": 6 of its 6 elements are not where they should be.',
    },
    {
      name: 'leaf-zeroed',
      counts: { ...whole, records: 50, keys: 444 },
      damage: { reason: 'badPage', page: 11, bucketPath: ['_main'] },
      words: 'page 11, bucket "_main": it says that it is page 0.',
    },
    {
      name: 'root-bucket-past-end',
      counts: nothing,
      damage: { reason: 'badPage', page: 1027, bucketPath: [] },
      words: 'page 1027, top bucket: the database has no such page; it can use pages 2 to 26.',
    },
    {
      name: 'header-only',
      counts: nothing,
      damage: { reason: 'truncated', page: 23, bucketPath: [] },
      words: 'page 23, top bucket: the file ends at byte 8192, before this page.',
    },
    {
      name: 'truncated-half',
      counts: nothing,
      damage: { reason: 'truncated', page: 23, bucketPath: [] },
      words: 'page 23, top bucket: the file ends at byte 65536, before this page.',
    },
  ])('gives what is left of it and names the rest: $name', async ({ name, counts, damage, words }) => {
    const path = folder.write(`${name}.db`, damagedDatabase(name));
    for (const residentBytes of ways) {
      const [left, found] = await countWithDamage(path, residentBytes);
      expect(left).toEqual(counts);
      expect(found).toHaveLength(1);
      expect(found[0]).toMatchObject({ ...damage, file: path, message: `${path}, ${words}` });

      const thrown: unknown = await readBolt(path, count, { residentBytes }).catch((error: unknown) => error);
      expect(isBoltError(thrown)).toBe(true);
      expect(thrown).toMatchObject({ ...damage, message: `${path}, ${words}` });
    }
  });
});

describe('one damaged element', () => {
  it('is passed over by look-ups too, and its neighbours are found', async () => {
    const good = folder.write('good.db', damagedDatabase('good'));
    const bad = folder.write('bad.db', damagedDatabase('leaf-element-out-of-page'));
    const ids = await readBolt(good, ({ root }) => {
      const found: string[] = [];
      const cursor = root.bucket('_main')?.cursor();
      while (cursor?.next()) {
        found.push(cursor.keyText());
      }
      return found;
    });
    const damage: BoltError[] = [];
    const missing = await readBolt(
      bad,
      ({ root }) => ids.filter((id) => root.bucket('_main')?.bucket(id) === undefined),
      { onDamage: (error) => damage.push(error) },
    );
    expect(missing).toHaveLength(1);
    expect(damage).toHaveLength(1);
  });
});
