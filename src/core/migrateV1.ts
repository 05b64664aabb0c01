import { type Clock, formatTimestamp, systemClock } from '../store/clock';
import type { OtherValue, RecordChanges } from '../store/metadataStore';
import { chainId } from './chainIds';
import type { CoreStore } from './core';
import type { RecordV1 } from './metadataV1';
import { changesFromStored } from './storedKeys';

const rootLabel = 'containerd.io/gc.root';
const flatLabel = 'containerd.io/gc.flat';
const layerMediaType = 'application/vnd.docker.image.rootfs.diff.tar.gzip';

/** What became of a migration. */
export interface MigrationResult {
  /** Ids of the records made; none when the store had records already, which are then left alone. */
  readonly records: readonly string[];
  /** Those of them whose lease was there before, as an earlier attempt left it. */
  readonly leased: readonly string[];
}

interface Draft {
  readonly id: string;
  readonly from: RecordV1;
  /** What is stored for it; with `parent` possibly empty, as BuildKit writes it. */
  changes: RecordChanges;
}

/**
 * Makes the records of a cache of version 1 (before BuildKit v0.7) in a store, by the steps of BuildKit's own `MigrateV2`. Snapshots and
 * blobs are those of the store: what is not there is taken for lost, and an unfinished pair's snapshot need not be. All
 * of it is one transaction: a stop leaves either nothing or the whole. A store that has records is left as it is.
 * @throws `notFound` when the snapshot of a record that is no half of a pair is missing; nothing is changed then
 */
export async function migrateV1(
  records: readonly RecordV1[],
  store: Pick<CoreStore, 'database' | 'metadata' | 'content' | 'snapshots' | 'leases'>,
  clock: Clock = systemClock,
): Promise<MigrationResult> {
  if (store.metadata.count() > 0) return { records: [], leased: [] };
  const result = store.database.transaction(() => {
    const drafts = new Map(records.map((from) => [from.id, draftOf(from, store)]));
    for (const draft of drafts.values()) takeParentOfMutable(draft, drafts);
    for (const draft of drafts.values()) takeBlob(draft, store);
    for (const draft of drafts.values()) giveChainIds(draft, drafts);
    const leased: string[] = [];
    for (const draft of drafts.values()) {
      write(draft, store);
      if (!lease(draft, store, clock)) leased.push(draft.id);
    }
    dropRootLabels(drafts.values(), store);
    return { records: [...drafts.keys()], leased };
  });
  await store.database.commit();
  return result;
}

type MigrationStore = Parameters<typeof migrateV1>[1];

function draftOf(from: RecordV1, { snapshots }: MigrationStore): Draft {
  const { id } = from;
  const changes = { ...changesFromStored(from.values), snapshotId: id };
  if (changes.equalMutable) return { id, from, changes: { ...changes, committed: true } };
  const { kind, parent } = snapshots.stat(id);
  return {
    id,
    from,
    changes: { ...changes, ...(kind === 'committed' && { committed: true }), ...(parent && { parent }) },
  };
}

/** A half of a pair stands where its mutable half does; on nothing, BuildKit stores an empty parent. */
function takeParentOfMutable(draft: Draft, drafts: ReadonlyMap<string, Draft>): void {
  const { equalMutable, parent } = draft.changes;
  if (!equalMutable || parent) return;
  draft.changes = { ...draft.changes, parent: drafts.get(equalMutable)?.changes.parent ?? '' };
}

function takeBlob(draft: Draft, { content }: MigrationStore): void {
  const { blobMapping } = draft.changes;
  if (!blobMapping || !content.has(blobMapping.blobsum)) return;
  draft.changes = {
    ...draft.changes,
    diffId: blobMapping.diffId,
    blob: blobMapping.blobsum,
    mediaType: layerMediaType,
  };
}

/** From the lowest of a chain up; a parent without ids counts as the empty text. */
function giveChainIds(draft: Draft, drafts: ReadonlyMap<string, Draft>): void {
  const chain: Draft[] = [];
  const seen = new Set<Draft>();
  let at: Draft | undefined = draft;
  while (at !== undefined && !at.changes.chainId && !seen.has(at)) {
    seen.add(at);
    chain.push(at);
    at = at.changes.parent ? drafts.get(at.changes.parent) : undefined;
  }
  for (const link of chain.reverse()) {
    const { diffId, blob, parent } = link.changes;
    if (!diffId || !blob) continue;
    const own = chainId(blob, diffId);
    const below = parent ? (drafts.get(parent)?.changes ?? {}) : undefined;
    link.changes = {
      ...link.changes,
      chainId: below === undefined ? diffId : chainId(below.chainId ?? '', diffId),
      blobChainId: below === undefined ? own : chainId(below.blobChainId ?? '', own),
    };
  }
}

function write({ id, from, changes }: Draft, { metadata }: MigrationStore): void {
  metadata.put(id, changes);
  const mapping: OtherValue | undefined = from.values.get('blobmapping.blob');
  if (mapping?.index !== undefined) metadata.putIndex(mapping.index, id);
  for (const [key, value] of from.external) metadata.setExternal(id, key, value);
}

/** @returns false when there was a lease of that name, which is left as it is */
function lease({ id, changes }: Draft, { leases, snapshots }: MigrationStore, clock: Clock): boolean {
  if (leases.find(id) !== undefined) return false;
  leases.create(id, { [flatLabel]: formatTimestamp(clock.now()) });
  leases.addResource(id, { type: `snapshots/${snapshots.name}`, id });
  if (changes.blob) leases.addResource(id, { type: 'content', id: changes.blob });
  return true;
}

/** Leases take over from the labels that kept things alive before there were any. */
function dropRootLabels(drafts: Iterable<Draft>, { content, snapshots }: MigrationStore): void {
  for (const { id, changes } of drafts) {
    if (changes.equalMutable) continue;
    if (snapshots.find(id) !== undefined) snapshots.updateLabels(id, { [rootLabel]: null });
    if (changes.blob) content.updateLabels(changes.blob, { [rootLabel]: null });
  }
  for (const { key, kind } of snapshots.walk()) {
    if (kind === 'view') snapshots.updateLabels(key, { [rootLabel]: null });
  }
}
