import { absence } from './absence';
import { boundedList, maximumItems, recordLink } from './detailLists';
import type { DetailLink, DetailList } from './details';
import { formatAge, formatBytes, formatCountOf, shortDigest, shortId } from './format';
import type { Blob, Snapshot, SolverKey, SolverLink } from './inventory';
import type { InventoryIndex } from './inventoryIndex';
import { perIndex } from './perIndex';
import type { CacheRecord } from './record';
import { snapshotChain } from './snapshotChain';

/** Label with the digest of a blob that holds the same layer in another compression; BuildKit writes one for each. */
const variantLabel = 'containerd.io/gc.ref.content.blob-';

/** The record's blob, then the other compressions of its layer. */
export function blobList(index: InventoryIndex, record: CacheRecord): DetailList {
  const own = record.blob === undefined ? [] : [record.blob];
  const digests = new Set(own);
  for (const digest of digests) {
    for (const variant of variantsOf(index.blob(digest, namespaceOf(index, record)))) digests.add(variant);
  }
  return boundedList('Blobs', [...digests], (digest) => blobLink(index, record, digest));
}

function variantsOf(blob: Blob | undefined): readonly string[] {
  const labels = Object.entries(blob?.labels ?? {});
  return labels.filter(([name]) => name.startsWith(variantLabel)).map(([, digest]) => digest);
}

function blobLink(index: InventoryIndex, record: CacheRecord, digest: string): DetailLink {
  const blob = index.blob(digest, namespaceOf(index, record));
  const isOwn = digest === record.blob;
  const size = blob?.size ?? (isOwn ? record.blobSize : undefined);
  const note = [
    isOwn ? undefined : 'other compression',
    blob?.labels['buildkit.io/blob/mediatype'] ?? (isOwn ? record.mediaType : undefined),
    size === undefined ? undefined : formatBytes(size),
    presence(index, blob),
  ];
  return {
    text: shortDigest(digest),
    note: note.filter((part) => part !== undefined).join(' · '),
    full: digest,
    missing: blob?.present === false || (blob === undefined && isOwn && record.lazy === true),
  };
}

function presence({ inventory }: InventoryIndex, blob: Blob | undefined): string {
  if (blob?.present === true) return 'in the content store';
  if (blob?.present === false) return 'not in the content store';
  if (blob !== undefined) return 'presence unknown';
  return absence(inventory, 'blobs');
}

function namespaceOf({ inventory }: InventoryIndex, record: CacheRecord): string | undefined {
  return inventory.workers.at(record.worker)?.namespace;
}

/** The record's snapshot and those it is stacked on. */
export function snapshotList(index: InventoryIndex, record: CacheRecord): DetailList {
  const { snapshots, total } = snapshotChain(index, record, maximumItems);
  return { ...boundedList('Snapshots', snapshots, (it) => snapshotLink(index, record, it)), total };
}

/** The first record of each snapshot id; several records may share one. */
const recordsBySnapshot = perIndex((index) => {
  const { records } = index.inventory;
  return new Map(records.toReversed().map((record) => [record.snapshotId, record]));
});

function snapshotLink(index: InventoryIndex, record: CacheRecord, snapshot: Snapshot): DetailLink {
  const { key, kind, directory, size } = snapshot;
  const note = [
    kind,
    directory === undefined ? undefined : `directory ${directory}`,
    size === undefined ? undefined : formatBytes(size),
  ];
  return {
    text: shortId(key),
    note: note.filter((part) => part !== undefined).join(' · '),
    full: key,
    recordId: key === record.snapshotId ? undefined : recordsBySnapshot(index).get(key)?.id,
  };
}

/** The solver keys that reach the record, each followed by the steps that take it as an input. */
export function solverKeyList(index: InventoryIndex, record: CacheRecord, now: number): DetailList {
  const entries = index.solverKeysOf(record).flatMap((key) => [key, ...key.links]);
  return boundedList('Solver keys', entries, (entry) =>
    'target' in entry ? stepLink(index, entry) : solverKeyLink(entry, record, now),
  );
}

function solverKeyLink(key: SolverKey, record: CacheRecord, now: number): DetailLink {
  const result = key.results.find(({ recordId }) => recordId === record.id || recordId === record.twin);
  const created = result?.createdAt === undefined ? '' : `result of ${formatAge(result.createdAt, now)} · `;
  return {
    text: shortId(key.id),
    note: `${created}${formatCountOf(key.links.length, 'link')}`,
    full: key.id,
  };
}

function stepLink(index: InventoryIndex, link: SolverLink): DetailLink {
  const note = `input ${link.input} of step ${shortDigest(link.digest)}`;
  const results = index.solverKey(link.target)?.results ?? [];
  const reached = results.map(({ recordId }) => index.recordIndex(recordId)).find((it) => it !== undefined);
  if (reached === undefined) return { text: `→ ${shortId(link.target)}`, note, full: link.target };
  const { text, ...rest } = recordLink(index, reached, note);
  return { ...rest, text: `→ ${text}` };
}
