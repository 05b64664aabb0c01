import fc from 'fast-check';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { BoltFile } from '../../../src/bolt/boltFile';
import type { BoltBucket } from '../../../src/bolt/bucket';
import { readBolt } from '../../../src/bolt/readBolt';
import { ScratchFolder } from '../../support/boltFixture';
import { buildBolt, type BoltShape, type BucketInput } from '../../support/boltWriter';

const folder = new ScratchFolder();
afterAll(() => folder.remove());

/** A bucket's content by the hexadecimal digits of its names, which sort as the bytes do. */
interface Content {
  readonly sequence: bigint;
  readonly entries: ReadonlyMap<string, Uint8Array | Content>;
}

const name = fc
  .oneof(
    fc.uint8Array({ minLength: 1, maxLength: 4 }),
    fc.uint8Array({ minLength: 1, maxLength: 40 }),
    fc.constantFrom('cache.createdAt', 'cache.parent', 'v1').map((text) => Buffer.from(text)),
  )
  .map((bytes) => Buffer.from(bytes).toString('hex'));
const value = fc.oneof(
  { weight: 8, arbitrary: fc.uint8Array({ maxLength: 60 }) },
  { weight: 1, arbitrary: fc.nat(20_000).map((length) => new Uint8Array(length).fill(length)) },
);
const { content } = fc.letrec<{ content: Content; entry: Uint8Array | Content }>((tie) => ({
  content: fc.record({
    sequence: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    entries: fc
      .array(fc.tuple(name, tie('entry')), { maxLength: 25, depthIdentifier: 'bucket' })
      .map((entries) => new Map(entries)),
  }),
  entry: fc.oneof({ depthIdentifier: 'bucket', depthSize: 'small' }, value, tie('content')),
}));
const shape: fc.Arbitrary<BoltShape> = fc.record({
  pageSize: fc.constantFrom(512, 1024, 4096, 16_384, 65_536),
  fill: fc.constantFrom(0.3, 0.5, 1),
  fanOut: fc.constantFrom(2, 3, 100),
  inlineBytes: fc.constantFrom(0, 128, 1024),
  hasFreelist: fc.boolean(),
});

function toInput({ sequence, entries }: Content): BucketInput {
  return {
    sequence,
    entries: [...entries].map(([key, entry]) => [
      Buffer.from(key, 'hex'),
      entry instanceof Uint8Array ? entry : toInput(entry),
    ]),
  };
}

/** One line for each entry, in the order of the names. */
function expectedLines({ entries }: Content, path = ''): string[] {
  return [...entries]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .flatMap(([key, entry]) =>
      entry instanceof Uint8Array
        ? [`${path}/${key} = ${Buffer.from(entry).toString('hex')}`]
        : [`${path}/${key} # ${entry.sequence}`, ...expectedLines(entry, `${path}/${key}`)],
    );
}

function walkedLines(bucket: BoltBucket, path = ''): string[] {
  const lines: string[] = [];
  const cursor = bucket.cursor();
  while (cursor.next()) {
    const key = cursor.key().toString('hex');
    expect(cursor.page.toString('hex', cursor.keyStart, cursor.keyEnd)).toBe(key);
    if (cursor.isBucket) {
      const child = cursor.bucket();
      lines.push(`${path}/${key} # ${child.sequence}`, ...walkedLines(child, `${path}/${key}`));
      // The cursor of the outer bucket still shows its own entry.
      expect(cursor.page.toString('hex', cursor.keyStart, cursor.keyEnd)).toBe(key);
    } else {
      expect(cursor.page.subarray(cursor.valueStart, cursor.valueEnd).equals(cursor.value())).toBe(true);
      lines.push(`${path}/${key} = ${cursor.value().toString('hex')}`);
    }
  }
  expect(cursor.next()).toBe(false);
  return lines;
}

function expectLookUps(bucket: BoltBucket, { entries }: Content): void {
  for (const [key, entry] of entries) {
    const bytes = Buffer.from(key, 'hex');
    if (entry instanceof Uint8Array) {
      expect(bucket.get(bytes)?.equals(entry)).toBe(true);
      expect(bucket.bucket(bytes)).toBeUndefined();
    } else {
      const child = bucket.bucket(bytes);
      expect(bucket.get(bytes)).toBeUndefined();
      expect(child?.path.length).toBe(bucket.path.length + 1);
      if (child !== undefined) {
        expectLookUps(child, entry);
      }
    }
    const absent = Buffer.concat([bytes, Buffer.from([0])]);
    if (!entries.has(absent.toString('hex'))) {
      expect(bucket.get(absent)).toBeUndefined();
    }
  }
}

describe('any database', () => {
  it('is walked and looked up exactly as it was written, by parts and whole', async () => {
    await fc.assert(
      fc.asyncProperty(content, shape, fc.constantFrom(0, 1 << 30), async (input, form, residentBytes) => {
        const path = folder.write('any.db', buildBolt(toInput(input), form));
        const lines = await readBolt(
          path,
          ({ root }) => {
            expectLookUps(root, input);
            return walkedLines(root);
          },
          { residentBytes },
        );
        expect(lines).toEqual(expectedLines(input));
      }),
      { seed: 5, numRuns: 250 },
    );
  });
});

describe('a large database', () => {
  const entries = Array.from({ length: 20_000 }, (_, index): [string, BucketInput] => [
    `record-${index * 7919}`,
    { entries: [['cache.createdAt', `{"value":${index}}`]] },
  ]);
  const bytes = buildBolt(
    { entries: [['_main', { entries }]] },
    { fill: 0.5, fanOut: 20, inlineBytes: 0, pageSize: 1024 },
  );
  const path = folder.write('large.db', bytes);

  it('is read by parts, holding few of them at a time', async () => {
    const allocations = vi.spyOn(Buffer, 'allocUnsafeSlow');
    const records = await readBolt(
      path,
      ({ root }) => {
        const cursor = root.bucket('_main')?.cursor();
        let count = 0;
        while (cursor?.next()) {
          const inner = cursor.bucket().cursor();
          while (inner.next()) {
            count++;
          }
        }
        return count;
      },
      { residentBytes: 0 },
    );
    expect(records).toBe(20_000);
    expect(bytes.length).toBeGreaterThan(20_000_000);
    const allocated = allocations.mock.calls.reduce((sum, [length]) => sum + length, 0);
    allocations.mockRestore();
    expect(allocated).toBeGreaterThan(0);
    expect(allocated).toBeLessThan(3_000_000);
  });

  it('gives one record without reading much of the file', async () => {
    const reads = vi.spyOn(BoltFile.prototype, 'read');
    const found = await readBolt(
      path,
      ({ root }) =>
        root
          .bucket('_main')
          ?.bucket(`record-${12_345 * 7919}`)
          ?.get('cache.createdAt'),
      { residentBytes: 0 },
    );
    expect(found?.toString()).toBe('{"value":12345}');
    expect(reads.mock.calls.reduce((sum, [target]) => sum + target.length, 0)).toBeLessThan(250_000);
    reads.mockRestore();
  });

  it('keeps what an outer cursor shows while inner ones read far and wide', async () => {
    await readBolt(
      path,
      ({ root }) => {
        const outer = root.bucket('_main')?.cursor();
        for (let step = 0; step < 3 && outer?.next(); step++) {
          const key = outer.key();
          const inner = root.bucket('_main')?.cursor();
          while (inner?.next()) {
            inner.bucket().cursor().next();
          }
          expect(outer.page.subarray(outer.keyStart, outer.keyEnd).equals(key)).toBe(true);
        }
      },
      { residentBytes: 0 },
    );
  });
});
