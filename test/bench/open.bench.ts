import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { CacheRecord } from '../../src/model/record';
import { openCache } from '../../src/sources/open';
import { writeRoot, type RecordInput, type SnapshotInput } from '../support/buildkitRoot';
import { cacheShapedRecords } from '../support/cacheShapedRecords';
import type { Row } from './support/bench';

export const name =
  'open: records and links from the metadata database alone, and a whole root, beside a SHA-256 pass over that database';

/** Measurements of each kind, taken in turn; their medians are shown. */
const rounds = 5;

/** A folder of roots to measure besides the generated ones: those whose metadata database has at least a million bytes. */
const rootsFolder = process.env.BCI_BENCH_ROOTS;
const smallestDatabase = 1_000_000;

export async function run(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'build-cache-inspector-bench-'));
  try {
    const rows: Row[] = [];
    for (const count of [1000, 10_000, 100_000]) {
      rows.push(await measure(`generated, ${count}`, generateRoot(join(folder, String(count)), count)));
    }
    for (const root of await givenRoots(folder)) {
      rows.push(await measure(root.name, root.path));
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(input: string, root: string): Promise<Row> {
  const metadata = metadataOf(root);
  // One round for the compiler.
  await readAll(root);
  const sums: number[] = [];
  const alone: number[] = [];
  const first: number[] = [];
  const whole: number[] = [];
  let records = 0;
  for (let round = 0; round < rounds; round++) {
    sums.push(await timed(() => hashFile(metadata)));
    alone.push(await timed(() => readAll(metadata)));
    const began = performance.now();
    whole.push(
      await timed(async () => {
        const source = await openCache(root);
        const inventory = await source.read({
          onRecords: () => {
            first.push(performance.now() - began);
          },
        });
        records = inventory.records.length;
      }),
    );
  }
  const [sum, metadataMs, wholeMs] = [median(sums), median(alone), median(whole)];
  return {
    input,
    records,
    'metadata MB': statSync(metadata).size / 1e6,
    'SHA-256 ms': sum,
    'metadata ms': metadataMs,
    'metadata / SHA': metadataMs / sum,
    'all databases MB': databases(root).reduce((bytes, path) => bytes + statSync(path).size, 0) / 1e6,
    'first records ms': median(first),
    'whole ms': wholeMs,
    'whole / SHA': wholeMs / sum,
    'heap MB': await peakHeap(root),
  };
}

async function readAll(path: string): Promise<void> {
  await (await openCache(path)).read();
}

async function timed(work: () => Promise<void> | void): Promise<number> {
  globalThis.gc?.();
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** One pass over a file, in pieces of a mebibyte. */
function hashFile(path: string): void {
  const hash = createHash('sha256');
  const file = openSync(path, 'r');
  const piece = Buffer.allocUnsafe(1 << 20);
  for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) {
    hash.update(piece.subarray(0, read));
  }
  closeSync(file);
  hash.digest();
}

/** Megabytes of heap and of buffers that reading a root takes at most beyond what was there before, looked at every few milliseconds. */
async function peakHeap(root: string): Promise<number> {
  globalThis.gc?.();
  const taken = (): number => process.memoryUsage().heapUsed + process.memoryUsage().external;
  const before = taken();
  let peak = before;
  const look = (): void => {
    peak = Math.max(peak, taken());
  };
  const looking = setInterval(look, 5);
  const inventory = await (await openCache(root)).read({ onProgress: look });
  clearInterval(looking);
  look();
  return inventory.complete ? (peak - before) / 1e6 : NaN;
}

/** A root shaped as real ones are: pages two thirds full, checksums of files beside most records, leases and snapshots for all. */
function generateRoot(root: string, count: number): string {
  const records = cacheShapedRecords(count, 5);
  const snapshots = records.map((record): [string, SnapshotInput] => [
    record.id,
    record.mutable ? { kind: 'active' } : { kind: 'committed', size: record.size ?? 4096 },
  ]);
  return writeRoot(
    root,
    {
      records: Object.fromEntries(records.map((record) => [record.id, storedKeys(record)])),
      externalBytes: 600,
      leases: Object.fromEntries(records.map(({ id }) => [id, [id]])),
      snapshots: Object.fromEntries(snapshots),
    },
    { fill: 0.67 },
  );
}

/** The keys that BuildKit would store for a record. */
function storedKeys(record: CacheRecord): RecordInput {
  const layer = record.parents.find(({ role }) => role === 'layer');
  const inputs = record.parents.filter(({ role }) => role === 'merge');
  const lower = record.parents.find(({ role }) => role === 'lower');
  const upper = record.parents.find(({ role }) => role === 'upper');
  const nanoseconds = (ms: number | undefined): bigint => BigInt(ms ?? 0) * 1_000_000n + 678n;
  return {
    'cache.description': record.description,
    'cache.createdAt': nanoseconds(record.createdAt),
    'cache.lastUsedAt': nanoseconds(record.lastUsedAt),
    'cache.usageCount': record.usageCount,
    'cache.snapshot': record.id,
    ...(record.retained && { 'cache.cachePolicy': 1 }),
    ...(record.type !== 'regular' && { 'cache.recordType': record.type }),
    ...(!record.mutable && { 'snapshot.committed': true }),
    ...(record.size !== undefined && { 'snapshot.size': record.size }),
    ...(layer !== undefined && { 'cache.parent': layer.id }),
    ...(inputs.length > 0 && { 'cache.mergeParents': inputs.map(({ id }) => id) }),
    ...(lower !== undefined && { 'cache.lowerDiffParent': lower.id }),
    ...(upper !== undefined && { 'cache.upperDiffParent': upper.id }),
  };
}

/** The roots in the folder that was named, unpacked where their databases are gzipped. */
async function givenRoots(scratch: string): Promise<{ name: string; path: string }[]> {
  const roots: { name: string; path: string }[] = [];
  for (const entry of rootsFolder === undefined ? [] : readdirSync(rootsFolder).sort()) {
    const found = [join(rootsFolder ?? '', entry, 'state'), join(rootsFolder ?? '', entry)].find(existsSync);
    if (found !== undefined && isLarge(found)) {
      const isPacked = databases(found, '.db.gz').length > 0;
      roots.push({ name: entry, path: isPacked ? await unpacked(found, join(scratch, entry)) : found });
    }
  }
  return roots;
}

function isLarge(root: string): boolean {
  return [...databases(root), ...databases(root, '.db.gz')].some(
    (path) => path.includes('metadata_v2.db') && statSync(path).size >= smallestDatabase,
  );
}

async function unpacked(root: string, target: string): Promise<string> {
  for (const packed of databases(root, '.db.gz')) {
    const path = join(target, packed.slice(root.length, -'.gz'.length));
    mkdirSync(dirname(path), { recursive: true });
    await pipeline(createReadStream(packed), createGunzip(), createWriteStream(path));
  }
  return target;
}

function databases(root: string, ending = '.db'): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending))
    .map((path) => join(root, path));
}

function metadataOf(root: string): string {
  return databases(root).find((path) => path.endsWith('metadata_v2.db')) ?? root;
}
