import type { Applier, Differ } from '../layers';
import { StoreError } from '../storeError';

function refuse(): Promise<never> {
  return Promise.reject(new StoreError('notImplemented', 'These snapshots have no files to pack or unpack'));
}

/** Differ and applier of a store whose snapshots are not directories. */
export const noLayers: Differ & Applier = { compare: refuse, apply: refuse };
