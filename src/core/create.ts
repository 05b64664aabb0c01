import { CacheRecord, Hold, noParents } from './cacheRecord';
import type { Core } from './core';
import { extract } from './extract';
import { finalize } from './finalize';
import { appendImageRef, initialize } from './initialize';
import type { CreateOptions } from './options';
import { leaseRecord } from './recordLeases';
import { releaseImmutable, removeRecord } from './release';

/**
 * Makes a mutable record, empty or on top of a parent, and gives the hold on it. The parent is finalized and extracted first.
 * @param parent a hold that the new record takes over
 */
export async function createMutable(
  core: Core,
  parent: Hold | undefined,
  options: CreateOptions,
): Promise<Hold> {
  if (parent !== undefined) await readyParent(core, parent);
  const id = core.newId();
  const record = new CacheRecord(id, {}, true, parent === undefined ? noParents : { layer: parent });
  core.write(() => {
    leaseRecord(core, id, id);
    initialize(core, record, options, { snapshotId: id });
    appendImageRef(core, record, options.imageRef);
  });
  try {
    await core.store.snapshots.prepare(id, parent?.record.snapshotId);
  } catch (error) {
    core.write(() => removeRecord(core, record, { leases: true }));
    throw error;
  }
  core.records.set(id, record);
  return new Hold(record, true, parent?.providers);
}

async function readyParent(core: Core, parent: Hold): Promise<void> {
  try {
    await finalize(core, parent.record);
    await extract(core, parent);
  } catch (error) {
    if (!core.quirks.failedNewLeaksParent) core.write(() => releaseImmutable(core, parent));
    throw error;
  }
}
