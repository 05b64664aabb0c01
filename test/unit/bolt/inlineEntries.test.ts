import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { BoltCursor } from '../../../src/bolt/cursor';
import { InlineEntries } from '../../../src/bolt/inlineEntries';
import { readBolt } from '../../../src/bolt/readBolt';
import { ScratchFolder } from '../../support/boltFixture';
import { buildBolt } from '../../support/boltWriter';

const folder = new ScratchFolder();
afterAll(() => folder.remove());

type Pairs = [key: string, value: string][];

/** The entries as a cursor of the bucket's own finds them. */
function byCursor(entry: BoltCursor): Pairs {
  const pairs: Pairs = [];
  const cursor = entry.bucket().cursor();
  while (cursor.next()) {
    pairs.push([cursor.key().toString('latin1'), cursor.value().toString('latin1')]);
  }
  return pairs;
}

/** The entries where they lie; undefined if the bucket is not entered. */
function inPlace(entry: BoltCursor, entries: InlineEntries): Pairs | undefined {
  if (!entries.enter(entry)) return undefined;
  const pairs: Pairs = [];
  while (entries.next()) {
    const { page, keyStart, keyEnd, valueStart, valueEnd } = entries;
    pairs.push([page.toString('latin1', keyStart, keyEnd), page.toString('latin1', valueStart, valueEnd)]);
  }
  return pairs;
}

const anyBucket = fc.dictionary(fc.string({ minLength: 1, maxLength: 12 }), fc.string({ maxLength: 40 }), {
  maxKeys: 12,
  noNullPrototype: true,
});

describe('inline entries', () => {
  it('are those that a cursor finds, one bucket after the other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyBucket, { minLength: 1, maxLength: 8 }), async (buckets) => {
        const top = buckets.map(
          (bucket, index) => [`b${index}`, { entries: Object.entries(bucket) }] as const,
        );
        const path = folder.write('inline.db', buildBolt({ entries: top }));
        await readBolt(path, (database) => {
          const cursor = database.root.cursor();
          const entries = new InlineEntries();
          while (cursor.next()) {
            expect(inPlace(cursor, entries)).toEqual(byCursor(cursor));
          }
        });
      }),
      { seed: 31, numRuns: 300 },
    );
  });

  it('are left alone when the bucket has a page of its own, or holds buckets, or is a value', async () => {
    const large: [string, string][] = Array.from({ length: 60 }, (_, index) => [
      `key${index}`,
      'x'.repeat(40),
    ]);
    const path = folder.write(
      'others.db',
      buildBolt({
        entries: [
          ['large', { entries: large }],
          ['nested', { entries: [['inner', { entries: [] }]] }],
          ['value', 'x'.repeat(64)],
        ],
      }),
    );
    await readBolt(path, (database) => {
      const cursor = database.root.cursor();
      while (cursor.next()) {
        expect(new InlineEntries().enter(cursor)).toBe(false);
      }
    });
  });

  it('never give what a cursor that throws at damage would not', async () => {
    const content = {
      entries: [
        [
          'b',
          {
            entries: [
              ['one', '1'],
              ['two', '22'],
              ['three', ''],
            ],
          },
        ],
      ],
    } as const;
    const sound = buildBolt(content);
    const start = sound.indexOf('one1');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: -90, max: 20 }), fc.nat(255), async (offset, byte) => {
        const damaged = Buffer.from(sound);
        damaged[start + offset] = byte;
        const path = folder.write('damaged.db', damaged);
        await readBolt(path, (database) => {
          const cursor = database.root.cursor();
          while (cursor.next()) {
            const found = cursor.isBucket ? inPlace(cursor, new InlineEntries()) : undefined;
            if (found !== undefined) {
              expect(found).toEqual(byCursor(cursor));
            }
          }
        }).catch((error: unknown) => expect(error).toHaveProperty('reason'));
      }),
      { seed: 32, numRuns: 2000 },
    );
  });
});
