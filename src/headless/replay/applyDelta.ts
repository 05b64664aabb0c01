import type { CoreStore } from '../../core/core';
import type { Names } from './names';
import type { SnapshotLog } from './logicalSnapshots';
import { fromStoredKeys } from './storedKeys';
import type { TraceState } from './trace';

interface LeaseEntry {
  readonly flat: boolean;
  readonly temp: boolean;
  readonly res: readonly string[];
}

interface SnapshotEntry {
  readonly kind: 'active' | 'committed' | 'view';
  readonly parent: string;
  readonly size: number;
}

/**
 * Puts the stores into the state that a trace tells of, where it was reached by means that a replay does not have: a stop in
 * the middle of an operation, or a hand from outside.
 * @param state the whole state after the delta
 */
export async function applyDelta(
  store: CoreStore,
  delta: TraceState,
  state: TraceState,
  log: SnapshotLog,
  names: Names,
): Promise<void> {
  // In this order the new ids are made in the order of their names.
  const mentioned = Object.values(delta).flatMap((section) => Object.keys(section));
  const fresh = [...new Set(mentioned.join(' ').match(/\br\d+\b/g) ?? [])];
  fresh.sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
  for (const name of fresh) names.toOwnOrNew(name);
  const own = <T>(value: T) => JSON.parse(names.toOwn(JSON.stringify(value))) as T;
  // Sections of a trace have the shapes of its format.
  const section = <T>(name: string) => Object.entries(own(delta[name] ?? {})) as [string, T | null][];

  await applySnapshots(store, section<SnapshotEntry>('snapshots'), log);
  store.database.transaction(() => {
    applyLeases(store, section<LeaseEntry>('leases'));
    for (const [id, stored] of section<Record<string, unknown>>('meta')) {
      if (stored === null) store.metadata.clear(id);
      else store.metadata.put(id, fromStoredKeys(stored));
    }
    for (const [digest, blob] of section<{ size: number }>('blobs')) {
      if (blob === null) store.content.delete(digest);
      else if (!store.content.has(digest)) store.content.trust({ digest, size: blob.size });
    }
    applyIndex(store, own('index' in state ? state.index : {}));
  });
  await store.database.commit();
}

async function applySnapshots(
  store: CoreStore,
  entries: readonly [string, SnapshotEntry | null][],
  log: SnapshotLog,
): Promise<void> {
  const { snapshots } = store;
  for (const [key, entry] of entries) {
    const now = snapshots.find(key);
    if (entry !== null && now !== undefined) continue;
    if (entry === null) {
      if (now !== undefined) await snapshots.remove(key);
      continue;
    }
    const parent = entry.parent || undefined;
    const lease = undefined;
    if (entry.kind === 'view') await snapshots.view(key, parent, { lease });
    else await snapshots.prepare(entry.kind === 'active' ? key : `making ${key}`, parent, { lease });
    if (entry.kind === 'committed') await snapshots.commit(key, `making ${key}`);
    log.sizes.set(key, entry.size);
  }
}

function applyLeases(store: CoreStore, entries: readonly [string, LeaseEntry | null][]): void {
  const { leases, snapshots } = store;
  for (const [id, entry] of entries) {
    if (leases.find(id) !== undefined) leases.remove(id);
    if (entry === null) continue;
    const now = new Date(0).toISOString();
    leases.create(id, {
      ...(entry.flat && { 'containerd.io/gc.flat': now }),
      ...(entry.temp && { 'buildkit/lease.temporary': now }),
    });
    for (const resource of entry.res) {
      const colon = resource.indexOf(':');
      const type = resource.startsWith('content:') ? 'content' : `snapshots/${snapshots.name}`;
      leases.addResource(id, { type, id: resource.slice(colon + 1) });
    }
  }
}

/** Makes the index hold exactly these entries. */
function applyIndex(store: CoreStore, wanted: Readonly<Record<string, unknown>>): void {
  const { metadata } = store;
  const there = new Set(metadata.indexEntries());
  for (const entry of there) {
    if (!(entry in wanted)) metadata.clearIndex(recordOf(entry), indexOf(entry));
  }
  for (const entry of Object.keys(wanted)) {
    if (!there.has(entry)) metadata.putIndex(indexOf(entry), recordOf(entry));
  }
}

const indexOf = (entry: string) => entry.slice(0, entry.lastIndexOf('::'));
const recordOf = (entry: string) => entry.slice(entry.lastIndexOf('::') + 2);
