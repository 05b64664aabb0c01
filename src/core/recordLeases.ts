import { formatTimestamp } from '../store/clock';
import type { Labels } from '../store/labels';
import type { Core } from './core';

/** Keeps exactly what the lease lists, and the parents of snapshots; labels of content are not followed. */
const flatLabel = 'containerd.io/gc.flat';
const expireLabel = 'containerd.io/gc.expire';
/** Deleted at the next start. */
export const temporaryLabel = 'buildkit/lease.temporary';

const workLeaseMs = 3_600_000;

export const viewLeaseId = (recordId: string) => `${recordId}-view`;
export const variantsLeaseId = (recordId: string) => `${recordId}-variants`;
export const viewSnapshotId = (snapshotId: string) => `${snapshotId}-view`;

/** The lease of a record, by the record's id: its snapshot and, where it has one, its blob. One that exists is used. */
export function leaseRecord(core: Core, id: string, snapshotId: string, blob?: string): void {
  const now = formatTimestamp(core.clock.now());
  createLease(core, id, { [flatLabel]: now });
  addSnapshot(core, id, snapshotId);
  if (blob) core.store.leases.addResource(id, { type: 'content', id: blob });
}

/** The lease of the read-only view that a mount of an immutable record makes. */
export function leaseView(core: Core, recordId: string, snapshotId: string): void {
  const now = formatTimestamp(core.clock.now());
  const id = viewLeaseId(recordId);
  createLease(core, id, { [flatLabel]: now, [temporaryLabel]: now });
  addSnapshot(core, id, viewSnapshotId(snapshotId));
}

/** The lease of a record's blob in its several compressions; not flat, so that the labels between these are followed. */
export function leaseVariant(core: Core, recordId: string, blob: string): void {
  const id = variantsLeaseId(recordId);
  createLease(core, id, {});
  core.store.leases.addResource(id, { type: 'content', id: blob });
}

/** Deletes the leases of a record; those that are not there are fine. Without a blob there are no variants of it. */
export function removeRecordLeases(core: Core, recordId: string, hasBlob = true): void {
  removeLease(core, recordId);
  if (hasBlob) removeLease(core, variantsLeaseId(recordId));
}

export function removeLease(core: Core, id: string): void {
  if (core.store.leases.find(id) !== undefined) core.store.leases.remove(id);
}

/** Runs work under a lease of its own, which expires by itself should the process die. */
export async function withWorkLease<T>(core: Core, work: (lease: string) => Promise<T>): Promise<T> {
  const id = core.newId();
  const now = core.clock.now();
  core.write(() =>
    core.store.leases.create(id, {
      [expireLabel]: formatTimestamp({ ms: now.ms + workLeaseMs, nanos: 0 }),
      [temporaryLabel]: formatTimestamp(now),
    }),
  );
  try {
    return await work(id);
  } finally {
    if (core.canWrite) core.write(() => removeLease(core, id));
  }
}

function createLease(core: Core, id: string, labels: Labels): void {
  if (core.store.leases.find(id) === undefined) core.store.leases.create(id, labels);
}

function addSnapshot(core: Core, leaseId: string, snapshotId: string): void {
  core.store.leases.addResource(leaseId, { type: `snapshots/${core.store.snapshots.name}`, id: snapshotId });
}
