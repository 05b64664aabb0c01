import { CacheRecord, Hold, noParents } from './cacheRecord';
import type { Core } from './core';
import { initialize } from './initialize';
import { leaseRecord } from './recordLeases';

/**
 * Makes records of the committed snapshots that no record names, each with its parent, so that a bare snapshotter can be looked
 * into. @returns the ids of the new records
 */
export function adoptSnapshots(core: Core): string[] {
  const bySnapshot = new Map<string, CacheRecord>();
  for (const record of core.records.values()) bySnapshot.set(record.dataSnapshotId, record);
  const adopted: string[] = [];
  core.write(() => {
    for (const { key, kind } of core.store.snapshots.walk()) {
      if (kind === 'committed') adopted.push(...adoptChain(core, key, bySnapshot));
    }
  });
  return adopted;
}

/** Adopts a snapshot and those below it, from the lowest up. */
function adoptChain(core: Core, top: string, bySnapshot: Map<string, CacheRecord>): string[] {
  const chain: string[] = [];
  let at: string | undefined = top;
  while (at !== undefined && !bySnapshot.has(at)) {
    chain.push(at);
    at = core.store.snapshots.find(at)?.parent;
  }
  for (const key of chain.reverse()) {
    const info = core.store.snapshots.stat(key);
    const parent = info.parent === undefined ? undefined : bySnapshot.get(info.parent);
    const id = core.records.has(key) ? core.newId() : key;
    const parents = parent === undefined ? noParents : { layer: new Hold(parent, false, undefined) };
    const record = new CacheRecord(id, {}, false, parents);
    leaseRecord(core, id, key);
    initialize(core, record, { createdAt: info.createdAt }, { snapshotId: key, committed: true });
    core.records.set(id, record);
    bySnapshot.set(key, record);
  }
  return chain;
}
