import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { BoltDatabase } from '../../../src/bolt/database';
import { readGoTime } from '../../../src/bolt/goTime';
import { readBolt } from '../../../src/bolt/readBolt';
import { readVarint } from '../../../src/bolt/varint';
import { sizeOf, timeOf } from '../../../src/sources/buildkitRoot/containerdValues';
import { readBuilds } from '../../../src/sources/buildkitRoot/historyDatabase';
import { NoteList } from '../../../src/sources/buildkitRoot/noteList';
import { ProtobufError, protobufFields } from '../../../src/sources/buildkitRoot/protobuf';
import { ReadContext } from '../../../src/sources/buildkitRoot/readContext';
import { readSolverKeys } from '../../../src/sources/buildkitRoot/solverDatabase';
import { ScratchFolder } from '../../support/boltFixture';
import { buildBolt, type BucketInput } from '../../support/boltWriter';
import { varint } from '../../support/buildkitRoot';

const folder = new ScratchFolder();
afterAll(() => folder.remove());

async function readGenerated<Result>(
  top: BucketInput,
  read: (database: BoltDatabase, context: ReadContext, notes: NoteList) => Promise<Result>,
): Promise<{ result: Result; words: string }> {
  const path = folder.write('generated.db', buildBolt(top));
  const notes = new NoteList();
  const context = new ReadContext(folder.path, {}, 0);
  const result = await readBolt(path, async (database) => await read(database, context, notes));
  return {
    result,
    words: notes
      .toArray()
      .map(({ message }) => message)
      .join('\n'),
  };
}

const buckets = (entries: Record<string, BucketInput>): BucketInput => ({ entries: Object.entries(entries) });
const values = (entries: Record<string, string | Uint8Array>): BucketInput => ({
  entries: Object.entries(entries),
});

describe("the solver's cache", () => {
  it('gives keys with their results and links, whatever was left behind', async () => {
    const { result, words } = await readGenerated(
      buckets({
        _links: buckets({
          a: values({
            '{"Input":2,"Output":1,"Digest":"sha256:d","Selector":"/s"}@b': '',
            '{"Digest":"sha256:e"}@b': '',
          }),
          b: values({}),
        }),
        _result: buckets({
          b: values({
            'worker::record': '{"CreatedAt":"2024-01-02T03:04:05.000000678Z","ID":"worker::record"}',
          }),
          left: values({ 'worker::': '{}' }),
        }),
        _byresult: buckets({}),
        _backlinks: buckets({}),
      }),
      readSolverKeys,
    );
    expect(result).toEqual([
      {
        id: 'a',
        results: [],
        links: [
          { target: 'b', input: 0, output: 0, digest: 'sha256:e', selector: '' },
          { target: 'b', input: 2, output: 1, digest: 'sha256:d', selector: '/s' },
        ],
      },
      {
        id: 'b',
        results: [{ workerId: 'worker', recordId: 'record', createdAt: Date.UTC(2024, 0, 2, 3, 4, 5) }],
        links: [],
      },
      { id: 'left', results: [{ workerId: 'worker', recordId: '', createdAt: undefined }], links: [] },
    ]);
    expect(words).toBe('');
  });

  it('leaves out what cannot be read, with a note', async () => {
    const { result, words } = await readGenerated(
      buckets({
        _links: buckets({ a: values({ 'no link': '', '{@b': '' }) }),
        _result: buckets({ a: values({ x: '{}' }) }),
      }),
      readSolverKeys,
    );
    expect(result).toEqual([{ id: 'a', results: [], links: [] }]);
    expect(words.match(/A link of the solver's cache cannot be read/g)).toHaveLength(2);
    expect(words.match(/A result of the solver's cache cannot be read/g)).toHaveLength(1);
  });
});

/** Protobuf fields, written the slow and plain way. */
const field = (number: number, wireType: number): number[] => uvarint(BigInt(number * 8 + wireType));
const number = (at: number, value: number | bigint): number[] => [
  ...field(at, 0),
  ...uvarint(BigInt.asUintN(64, BigInt(value))),
];
const bytes = (at: number, value: readonly number[] | string): number[] => {
  const content = typeof value === 'string' ? [...Buffer.from(value)] : value;
  return [...field(at, 2), ...uvarint(BigInt(content.length)), ...content];
};
function uvarint(value: bigint): number[] {
  return value < 0x80n ? [Number(value)] : [Number(value & 0x7fn) | 0x80, ...uvarint(value >> 7n)];
}

describe('the build history', () => {
  it('gives the few facts of each build, and passes over the rest', async () => {
    const message = [
      ...bytes(1, 'ref1'),
      ...bytes(2, 'dockerfile.v0'),
      ...bytes(3, bytes(1, 'key')),
      ...bytes(5, [...number(1, 2), ...bytes(2, 'exit code: 1'), ...bytes(3, 'trace')]),
      ...bytes(6, [...number(1, 1_704_164_645), ...number(2, 678_000_999)]),
      ...bytes(7, number(1, -1)),
      ...field(98, 1),
      ...[1, 2, 3, 4, 5, 6, 7, 8],
      ...field(99, 5),
      ...[1, 2, 3, 4],
      ...number(14, 1),
      ...number(15, 3),
      ...number(16, 300),
      ...number(17, 4),
    ];
    const { result, words } = await readGenerated(
      buckets({
        _version: values({ version: '2' }),
        _records: values({ ref1: Uint8Array.from(message), ref2: '' }),
      }),
      readBuilds,
    );
    expect(result).toEqual([
      {
        ref: 'ref1',
        frontend: 'dockerfile.v0',
        error: 'exit code: 1',
        createdAt: 1_704_164_645_678,
        completedAt: -1000,
        pinned: true,
        cachedSteps: 3,
        steps: 300,
        completedSteps: 4,
      },
      { ref: 'ref2', frontend: '', pinned: false },
    ]);
    expect(words).toBe('');
  });

  it('leaves out damaged builds, with a note for each', async () => {
    const damaged = { cut: [...field(2, 2), 100, 1], endless: [0x80], group: field(1, 3), zero: [0] };
    const { result, words } = await readGenerated(
      buckets({
        _records: values(
          Object.fromEntries(Object.entries(damaged).map(([ref, it]) => [ref, Uint8Array.from(it)])),
        ),
      }),
      readBuilds,
    );
    expect(result).toEqual([]);
    for (const ref of Object.keys(damaged)) {
      expect(words).toContain(`The entry of build ${ref} is damaged`);
    }
  });

  it('never reads past the end, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (message) => {
        try {
          for (const it of protobufFields(message)) {
            expect(it.number).toBeGreaterThan(0);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(ProtobufError);
        }
      }),
      { seed: 75, numRuns: 3000 },
    );
  });
});

/** A cursor that stands on a value with these bytes, in the middle of a page. */
function at<Result>(read: (cursor: Parameters<typeof sizeOf>[0]) => Result, value: Uint8Array): Result {
  const page = Buffer.concat([Buffer.from([0xff, 0x01]), value, Buffer.from([0x01, 0xff])]);
  return read(
    Object.assign(Object.create(null) as Parameters<typeof sizeOf>[0], {
      page,
      valueStart: 2,
      valueEnd: 2 + value.length,
    }),
  );
}

describe('values as containerd stores them', () => {
  it('are sizes as the general reader has them, or nothing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeInteger().map(varint), fc.uint8Array({ maxLength: 11 })), (value) => {
        const general = readVarint(value);
        const isSize = general !== undefined && general >= 0n && general <= Number.MAX_SAFE_INTEGER;
        expect(at(sizeOf, value)).toBe(isSize ? Number(general) : undefined);
      }),
      { seed: 76, numRuns: 3000 },
    );
  });

  it('are times as the general reader has them, or nothing', () => {
    const time = fc
      .tuple(
        fc.constantFrom(1, 2),
        fc.integer({ min: -1000, max: 400_000_000_000 }),
        fc.nat(999_999_999),
        fc.boolean(),
      )
      .map(([version, seconds, nanoseconds, isCut]) => {
        const value = Buffer.alloc(14 + version);
        value[0] = version;
        value.writeBigInt64BE(BigInt(seconds), 1);
        value.writeInt32BE(nanoseconds, 9);
        return isCut ? value.subarray(1) : value;
      });
    fc.assert(
      fc.property(fc.oneof(time, fc.uint8Array({ maxLength: 17 })), (value) => {
        const general = readGoTime(value);
        const isCounted = value[0] === 1 || value[0] === 2;
        if (general !== undefined || !isCounted) {
          expect(at(timeOf, value)).toBe(general?.ms);
        }
      }),
      { seed: 77, numRuns: 3000 },
    );
  });
});

describe('notes', () => {
  it('of one kind are kept up to a number, then counted', () => {
    const notes = new NoteList();
    for (let index = 0; index < 25; index++) {
      notes.addOneOfMany('odd things', { severity: 'warning', file: 'f.db', message: `odd ${index}` });
    }
    notes.add({ severity: 'info', message: 'one more' });
    const all = notes.toArray();
    expect(all).toHaveLength(22);
    expect(all.at(-1)).toEqual({
      severity: 'warning',
      file: 'f.db',
      message: 'There are 5 more odd things.',
    });
  });
});
