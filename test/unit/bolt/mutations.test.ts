import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { isBoltError, type BoltErrorReason } from '../../../src/bolt/boltError';
import type { BoltBucket } from '../../../src/bolt/bucket';
import type { BoltDatabase } from '../../../src/bolt/database';
import { readBolt } from '../../../src/bolt/readBolt';
import { fixturePath, ScratchFolder } from '../../support/boltFixture';
import { mutate, seededRandom } from '../../support/mutations';

/** BOLT_MUTATIONS sets how many mutations to try in all. */
const mutations = Number(process.env.BOLT_MUTATIONS ?? 3000);
/** Of processor time, which does not depend on what else the machine does. */
const slowestMs = 1000;
const mostBytes = 512 * 1024 * 1024;

const state = 'buildkit/v0.20.2-native-small/state';
const databases = [
  { file: `${state}/runc-native/metadata_v2.db.gz`, pageSize: 4096 },
  { file: `${state}/runc-native/containerdmeta.db.gz`, pageSize: 4096 },
  { file: `${state}/runc-native/snapshots/metadata.db.gz`, pageSize: 4096 },
  { file: `${state}/cache.db.gz`, pageSize: 4096 },
  { file: `${state}/history.db.gz`, pageSize: 4096 },
  { file: 'bolt-damaged/records-damaged.db.gz', pageSize: 4096 },
  { file: 'bolt-damaged/pagesize-1024.db.gz', pageSize: 1024 },
  { file: 'bolt-damaged/pagesize-16384.db.gz', pageSize: 16_384 },
];

const folder = new ScratchFolder();
afterAll(() => folder.remove());

/** Reads all there is in every way there is. */
function readAll(database: BoltDatabase): number {
  database.freePageCount();
  return readBucket(database.root);
}

function readBucket(bucket: BoltBucket): number {
  let entries = 0;
  const cursor = bucket.cursor();
  while (cursor.next()) {
    entries++;
    const { page, keyStart, keyEnd, valueStart, valueEnd } = cursor;
    if (!(keyStart < keyEnd && keyEnd <= valueStart && valueStart <= valueEnd && valueEnd <= page.length)) {
      throw new Error(`entry ${keyStart} ${keyEnd} ${valueStart} ${valueEnd} of ${page.length} bytes`);
    }
    if (cursor.isBucket) {
      const child = cursor.bucket();
      entries += readBucket(child);
      bucket.bucket(cursor.key());
    } else {
      bucket.get(cursor.key());
      cursor.value();
    }
  }
  return entries;
}

describe('a database with random damage', () => {
  it.each(databases)(
    'is data or a named error, soon and within bounds: $file',
    async ({ file, pageSize }) => {
      const original = gunzipSync(readFileSync(fixturePath(file)));
      const random = seededRandom(pageSize + original.length);
      const outcomes = new Map<BoltErrorReason | 'data', number>();
      const count = (outcome: BoltErrorReason | 'data'): void => {
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      };
      let slowest = 0;
      let largest = 0;
      const each = Math.ceil(mutations / databases.length);
      for (let index = 0; index < each; index++) {
        const path = folder.write('mutated.db', mutate(original, pageSize, random));
        const residentBytes = index % 2 === 0 ? 0 : 1 << 30;
        const onDamage = index % 4 < 2 ? () => undefined : undefined;
        const before = process.cpuUsage();
        try {
          await readBolt(path, readAll, { residentBytes, onDamage });
          count('data');
        } catch (error) {
          if (!isBoltError(error) || !error.message.startsWith(path)) {
            throw error;
          }
          count(error.reason);
        }
        const { user, system } = process.cpuUsage(before);
        slowest = Math.max(slowest, (user + system) / 1000);
        largest = Math.max(largest, index % 100 === 0 ? process.memoryUsage.rss() : 0);
      }
      if (process.env.BOLT_MUTATIONS !== undefined) {
        console.log(file, each, Object.fromEntries(outcomes), { slowest, largest });
      }
      expect(slowest).toBeLessThan(slowestMs);
      expect(largest).toBeLessThan(mostBytes);
      // The damage must have been worth the name, and some of it harmless.
      expect(outcomes.get('data')).toBeGreaterThan(each / 10);
      expect(outcomes.get('badPage')).toBeGreaterThan(each / 50);
    },
    600_000,
  );
});
