import type { CoreStore } from '../../core/core';
import type { CacheManager } from '../../core/manager';
import type { Names } from './names';
import type { SnapshotLog } from './logicalSnapshots';
import { toStoredKeys } from './storedKeys';
import type { TraceState } from './trace';

const flatLabel = 'containerd.io/gc.flat';
const temporaryLabel = 'buildkit/lease.temporary';

/** Everything that a manager and its stores hold now, in the shape and the names of a trace. */
export function liveState(
  manager: CacheManager | undefined,
  store: CoreStore,
  log: SnapshotLog,
  names: Names,
): TraceState {
  const leases = leaseState(store);
  const held = heldBy(store, leases);
  const state: TraceState = {
    records: manager === undefined ? {} : recordState(manager),
    meta: Object.fromEntries(store.metadata.all().map((fields) => [fields.id, toStoredKeys(fields)])),
    index: Object.fromEntries(store.metadata.indexEntries().map((entry) => [entry, true])),
    external: externalState(store),
    leases,
    snapshots: snapshotState(store, log, held.snapshots),
    blobs: Object.fromEntries(
      store.content.walk().map(({ digest, size }) => [digest, { size, live: held.blobs.has(digest) }]),
    ),
  };
  // Names are unique strings, so that replacing them in the text of the whole changes nothing else.
  return JSON.parse(names.toTrace(JSON.stringify(state))) as TraceState;
}

/** Every id of the replay that can be seen from outside. */
export function visibleIds(manager: CacheManager | undefined, store: CoreStore): string[] {
  return [
    ...(manager?.core.records.keys() ?? []),
    ...store.metadata.all().map(({ id }) => id),
    ...store.leases.list().map(({ id }) => id),
    ...store.snapshots.walk().map(({ key }) => key),
  ];
}

function recordState(manager: CacheManager): Record<string, unknown> {
  const state: Record<string, unknown> = {};
  for (const [id, record] of manager.core.records) {
    const { layer, merge, lower, upper } = record.parents;
    state[id] = {
      kind: record.kind,
      mutable: record.mutable,
      refs: record.refs,
      ...(layer && { parent: layer.record.id }),
      ...(merge && { merge: record.holds.map((hold) => hold.record.id) }),
      ...(lower && { lower: lower.record.id }),
      ...(upper && { upper: upper.record.id }),
      ...(record.equalMutable && { equalMutable: record.equalMutable.record.id }),
      ...(record.equalImmutable && { equalImmutable: record.equalImmutable.id }),
      ...(record.dead && { dead: true }),
    };
  }
  return state;
}

function externalState(store: CoreStore): Record<string, unknown> {
  const state: Record<string, unknown> = {};
  for (const { id } of store.metadata.all()) {
    const values = store.metadata.listExternal(id);
    if (values.length > 0) state[id] = Object.fromEntries(values.map(({ key, length }) => [key, length]));
  }
  return state;
}

interface LeaseState {
  readonly flat: boolean;
  readonly temp: boolean;
  readonly res: readonly string[];
}

function leaseState(store: CoreStore): Record<string, LeaseState> {
  const state: Record<string, LeaseState> = {};
  for (const { id, labels } of store.leases.list()) {
    const res = store.leases
      .listResources(id)
      .map((resource) => `${resource.type === 'content' ? 'content' : 'snapshot'}:${resource.id}`);
    state[id] = { flat: flatLabel in labels, temp: temporaryLabel in labels, res: res.sort() };
  }
  return state;
}

function heldBy(store: CoreStore, leases: Record<string, LeaseState>) {
  const snapshots = new Set<string>();
  const blobs = new Set<string>();
  for (const resource of Object.values(leases).flatMap(({ res }) => res)) {
    const colon = resource.indexOf(':');
    const id = resource.slice(colon + 1);
    if (resource.startsWith('content:')) blobs.add(id);
    else
      for (let key: string | undefined = id; key !== undefined; key = store.snapshots.find(key)?.parent)
        snapshots.add(key);
  }
  return { snapshots, blobs };
}

function snapshotState(
  store: CoreStore,
  { sizes }: SnapshotLog,
  live: ReadonlySet<string>,
): Record<string, unknown> {
  const state: Record<string, unknown> = {};
  for (const { key, kind, parent = '' } of store.snapshots.walk()) {
    if (key.startsWith('extract-') && !live.has(key)) continue;
    state[key] = { kind, parent, size: kind === 'view' ? 0 : (sizes.get(key) ?? 0), live: live.has(key) };
  }
  return state;
}
