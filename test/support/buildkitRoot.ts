import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildBolt, type BoltShape, type BucketInput } from './boltWriter';

/** Stored keys of a record: values become JSON as BuildKit writes it, bytes are stored as they are. */
export type RecordInput = Readonly<Record<string, unknown>>;

export interface SnapshotInput {
  readonly kind: 'view' | 'active' | 'committed';
  readonly parent?: string;
  readonly size?: number;
  readonly labels?: Readonly<Record<string, string>>;
  /** Whether only the snapshotter knows it: the metadata database has forgotten it. */
  readonly isUnlisted?: boolean;
}

/** What a generated root is to hold. */
export interface RootInput {
  readonly records?: Readonly<Record<string, RecordInput>>;
  /** By id: keys of snapshots and digests of blobs that the lease holds. */
  readonly leases?: Readonly<Record<string, readonly string[]>>;
  /** By digest. */
  readonly blobs?: Readonly<
    Record<string, { readonly size: number; readonly labels?: Readonly<Record<string, string>> }>
  >;
  /** What stands under `_external` for each record, such as checksums of its files: bytes that a reader of records passes over. */
  readonly externalBytes?: number;
  /** By key. */
  readonly snapshots?: Readonly<Record<string, SnapshotInput>>;
}

/** Writes a BuildKit root with one OCI worker, `runc-overlayfs`, and returns its path. */
export function writeRoot(root: string, input: RootInput, shape?: BoltShape): string {
  const worker = join(root, 'runc-overlayfs');
  mkdirSync(join(worker, 'snapshots'), { recursive: true });
  writeFileSync(
    join(worker, 'metadata_v2.db'),
    recordDatabase(input.records ?? {}, input.externalBytes, shape),
  );
  writeFileSync(join(worker, 'containerdmeta.db'), containerdDatabase(input, shape));
  writeFileSync(join(worker, 'snapshots', 'metadata.db'), snapshotterDatabase(input.snapshots ?? {}, shape));
  const empty: BucketInput = { entries: [] };
  const solver = buildBolt({
    entries: [
      ['_links', empty],
      ['_result', empty],
    ],
  });
  writeFileSync(join(root, 'cache.db'), solver);
  return root;
}

/** A metadata database as `metadata_v2.db` is. */
export function recordDatabase(
  records: Readonly<Record<string, RecordInput>>,
  externalBytes = 0,
  shape?: BoltShape,
): Buffer {
  const entries = Object.entries(records).map(([id, keys]): [string, BucketInput] => [
    id,
    {
      entries: Object.entries(keys).map(([key, value]): [string, Uint8Array | string] => [
        key,
        value instanceof Uint8Array ? value : goJson({ value }),
      ]),
    },
  ]);
  const top: [string, BucketInput][] = [['_main', { entries }]];
  if (externalBytes > 0) {
    const sums = Buffer.alloc(externalBytes, 'sha256:');
    const external = Object.keys(records).map((id): [string, BucketInput] => [
      id,
      { entries: [['buildkit.contenthash.v0', sums]] },
    ]);
    top.push(['_external', { entries: external }]);
  }
  return buildBolt({ entries: top }, shape);
}

/** JSON as Go writes it: compact, with some characters escaped that JavaScript leaves alone. Big integers keep their digits. */
function goJson(value: unknown): string {
  const text = JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `big:${part}` : part));
  return text
    .replace(/"big:(-?\d+)"/g, '$1')
    .replace(/[<>&\u2028\u2029]/g, (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function containerdDatabase(
  { leases = {}, blobs = {}, snapshots = {} }: RootInput,
  shape?: BoltShape,
): Buffer {
  const listed = Object.entries(snapshots).filter(([, { isUnlisted }]) => isUnlisted !== true);
  const namespace: [string, BucketInput][] = [
    ['leases', bucketsOf(Object.entries(leases), (held) => leaseEntries(held))],
    [
      'content',
      {
        entries: [
          [
            'blob',
            bucketsOf(Object.entries(blobs), ({ size, labels }) => [
              ['size', varint(size)],
              ...labelEntries(labels),
            ]),
          ],
        ],
      },
    ],
    [
      'snapshots',
      {
        entries: [
          [
            'overlayfs',
            bucketsOf(listed, ({ parent, labels }, key) => [
              ['name', backendName(key)],
              ...(parent === undefined ? [] : ([['parent', parent]] satisfies Entry[])),
              ...labelEntries(labels),
            ]),
          ],
        ],
      },
    ],
  ];
  const v1: BucketInput = {
    entries: [
      ['buildkit', { entries: namespace }],
      ['version', varint(4)],
    ],
  };
  return buildBolt({ entries: [['v1', v1]] }, shape);
}

function snapshotterDatabase(snapshots: Readonly<Record<string, SnapshotInput>>, shape?: BoltShape): Buffer {
  const kinds = { view: 1, active: 2, committed: 3 };
  const entries = Object.entries(snapshots).map(
    ([key, { kind, parent, size }], index): [string, BucketInput] => [
      backendName(key),
      {
        entries: [
          ['id', Uint8Array.of(index + 1)],
          ['kind', Uint8Array.of(kinds[kind])],
          ...(parent === undefined ? [] : ([['parent', backendName(parent)]] satisfies Entry[])),
          ...(size === undefined ? [] : ([['size', varint(size)]] satisfies Entry[])),
        ],
      },
    ],
  );
  return buildBolt({ entries: [['v1', { entries: [['snapshots', { entries }]] }]] }, shape);
}

type Entry = readonly [key: string, value: string | Uint8Array | BucketInput];

function bucketsOf<Value>(
  items: readonly (readonly [string, Value])[],
  entries: (value: Value, key: string) => Entry[],
): BucketInput {
  return {
    entries: items.map(([key, value]): [string, BucketInput] => [key, { entries: entries(value, key) }]),
  };
}

function leaseEntries(held: readonly string[]): Entry[] {
  const isBlob = (id: string): boolean => /^sha256:[0-9a-f]{64}$/.test(id);
  const keys = (ids: readonly string[]): BucketInput => ({
    entries: ids.map((id): [string, string] => [id, '']),
  });
  return [
    ['content', keys(held.filter(isBlob))],
    ['snapshots', { entries: [['overlayfs', keys(held.filter((id) => !isBlob(id)))]] }],
  ];
}

function labelEntries(labels: Readonly<Record<string, string>> | undefined): Entry[] {
  return labels === undefined ? [] : [['labels', { entries: Object.entries(labels) }]];
}

function backendName(key: string): string {
  return `buildkit/1/${key}`;
}

/** A number as Go's `binary.PutVarint` writes it. */
export function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value < 0 ? BigInt(value) * -2n - 1n : BigInt(value) * 2n;
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Uint8Array.from(bytes);
}
