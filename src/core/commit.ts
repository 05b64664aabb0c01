import { StoreError } from '../store/storeError';
import { CacheRecord, Hold, parentHolds, type Parents, sizeUnknown } from './cacheRecord';
import type { Core } from './core';
import { initialize } from './initialize';

/**
 * Makes the immutable twin of a mutable record. The data stays where it is; the mutable hold stays until the last hold on the
 * twin goes. Of what is said about the mutable record only the description is carried over.
 * @throws `invalid` if the record is not mutable or nobody holds it
 */
export function commitMutable(core: Core, hold: Hold): CacheRecord {
  const { record } = hold;
  if (!record.mutable || record.refs === 0) {
    throw new StoreError('invalid', `record ${record.id} cannot be committed: it is not a mutable in use`, {
      id: record.id,
    });
  }
  const id = core.newId();
  const twin = new CacheRecord(id, {}, false, cloneParents(record.parents));
  initialize(
    core,
    twin,
    { description: record.fields.description },
    { committed: true, size: sizeUnknown, snapshotId: id, equalMutable: record.id },
  );
  twin.equalMutable = hold;
  record.equalImmutable = twin;
  core.records.set(id, twin);
  return twin;
}

/** New holds on the same parents; their release is no use. */
function cloneParents(parents: Parents): Parents {
  if (parentHolds(parents).length === 0) return parents;
  const clone = (hold: Hold) => new Hold(hold.record, false, hold.providers);
  return {
    ...(parents.layer && { layer: clone(parents.layer) }),
    ...(parents.merge && { merge: parents.merge.map(clone) }),
    ...(parents.lower && { lower: clone(parents.lower) }),
    ...(parents.upper && { upper: clone(parents.upper) }),
  };
}
