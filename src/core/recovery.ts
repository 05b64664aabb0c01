import { StoreError } from '../store/storeError';
import type { Core } from './core';
import { getRecord } from './load';
import { removeRecordLeases, temporaryLabel } from './recordLeases';

/** A record that could not be loaded, and was dropped for it. */
export interface DroppedRecord {
  readonly id: string;
  readonly because: string;
}

/**
 * Loads all stored records and finishes what a stop cut short. A record that cannot be loaded is dropped, with its leases; its data
 * goes with the next collection. A store that cannot be written keeps such records, unlisted.
 */
export function loadAll(core: Core): DroppedRecord[] {
  const dropped: DroppedRecord[] = [];
  const load = () =>
    core.loadEach((id) => {
      try {
        getRecord(core, id);
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        dropped.push({ id, because: error.message });
        if (!core.canWrite) return;
        core.clear(id);
        removeRecordLeases(core, id);
      }
    });
  if (!core.canWrite) {
    load();
    return dropped;
  }
  core.write(() => {
    load();
    if (!core.quirks.startKeepsTemporaryLeases) removeTemporaryLeases(core);
  });
  return dropped;
}

/** Leases for work that a stop cut short. */
function removeTemporaryLeases(core: Core): void {
  for (const { id } of core.store.leases.list([`labels."${temporaryLabel}"`])) core.store.leases.remove(id);
}
