import type { Inventory, Lease } from '../model/inventory';
import { isStoreError } from '../store/storeError';
import type { Core } from './core';
import { temporaryLabel } from './recordLeases';

/** A lease that does not come, and why, for a person. */
export interface SkippedLease {
  readonly id: string;
  readonly because: string;
}

const expireLabel = 'containerd.io/gc.expire';

/** How long writing goes on before others get a turn, milliseconds. */
const sliceMs = 8;

/**
 * Gives the leases of imported records what these have in the cache they come from, and brings the other leases that keep anything of
 * what came.
 * @param records ids of the imported records
 */
export async function importLeases(
  core: Core,
  inventory: Inventory,
  records: ReadonlySet<string>,
): Promise<{ count: number; skipped: SkippedLease[] }> {
  const namespaces = new Set(inventory.workers.map(({ namespace }) => namespace));
  const leases = inventory.leases.filter(({ namespace }) => namespaces.has(namespace));
  const snapshots = new Set(
    inventory.records.filter(({ id }) => records.has(id)).map(({ snapshotId }) => snapshotId),
  );
  const skipped: SkippedLease[] = [];
  let count = 0;
  for (let at = 0; at < leases.length;) {
    const deadline = performance.now() + sliceMs;
    core.write(() => {
      for (; at < leases.length && performance.now() < deadline; at++) {
        const lease = leases[at];
        const because = reasonToSkip(core, lease, records, snapshots) ?? write(core, lease);
        if (because === undefined) count++;
        else skipped.push({ id: lease.id, because });
      }
    });
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { count, skipped };
}

function reasonToSkip(
  core: Core,
  { id, labels, resources }: Lease,
  records: ReadonlySet<string>,
  snapshots: ReadonlySet<string>,
): string | undefined {
  if (records.has(id)) return undefined;
  if (temporaryLabel in labels) return 'It is temporary.';
  const expires = Date.parse(labels[expireLabel] ?? '');
  if (expires <= core.clock.now().ms) return 'It has expired.';
  if (core.store.leases.find(id) !== undefined) return 'A lease with this id is in the store already.';
  const keeps = resources.some(
    (resource) =>
      (resource.kind === 'content' && core.store.content.has(resource.id)) ||
      (resource.kind === 'snapshot' && snapshots.has(resource.id)),
  );
  return keeps ? undefined : 'Nothing that it keeps came.';
}

/** @returns why the lease was not written */
function write(core: Core, { id, labels, resources }: Lease): string | undefined {
  const { leases, snapshots } = core.store;
  try {
    core.write(() => {
      if (leases.find(id) === undefined) leases.create(id, labels);
      for (const resource of resources) {
        if (resource.kind === 'content') leases.addResource(id, { type: 'content', id: resource.id });
        if (resource.kind === 'snapshot') {
          leases.addResource(id, { type: `snapshots/${snapshots.name}`, id: resource.id });
        }
      }
    });
    return undefined;
  } catch (error) {
    if (!isStoreError(error, 'invalid')) throw error;
    return error.message;
  }
}
