import type { Lease } from '../../model/inventory';
import type { CacheRecord } from '../../model/record';
import type { Pacer } from './pacer';

const noLeases: readonly string[] = Object.freeze([]);

/** Ends of the names of leases that are named after a record, besides its plain id. */
const nameEnds = ['-variants', '-view'];

/**
 * Finds the leases of records: the ones named after a record or its hidden half (`<id>`, `<id>-variants`, `<id>-view`), and those that
 * hold its snapshot or its blob.
 */
export class RecordLeases {
  /** Ids of leases by what they are named after. */
  private readonly named = new Map<string, readonly string[]>();
  /** Ids of leases by what they hold, without those that are named after it. */
  private readonly holders = new Map<string, readonly string[]>();

  static async index(leases: readonly Lease[], pacer: Pacer): Promise<RecordLeases> {
    const index = new RecordLeases();
    await pacer.forEach(leases, (lease) => index.add(lease));
    return index;
  }

  /** @param twin the hidden half of a pair. */
  of({ id, snapshotId, blob }: CacheRecord, twin: CacheRecord | undefined): readonly string[] {
    if (this.named.size === 0) {
      return noLeases;
    }
    let found = this.named.get(id) ?? noLeases;
    if (twin !== undefined) {
      found = union(found, this.named.get(twin.id));
      found = union(found, this.holders.get(twin.snapshotId));
    }
    found = union(found, this.holders.get(snapshotId));
    if (snapshotId !== id) {
      // The snapshot of another record, which that one's lease holds.
      found = union(
        found,
        this.named.get(snapshotId)?.filter((lease) => lease === snapshotId),
      );
    }
    return blob === undefined ? found : union(found, this.holders.get(blob));
  }

  private add({ id, resources }: Lease): void {
    const end = nameEnds.find((it) => id.endsWith(it)) ?? '';
    const name = end === '' ? id : id.slice(0, -end.length);
    push(this.named, name, id);
    for (const resource of resources) {
      if ((resource.kind === 'snapshot' || resource.kind === 'content') && resource.id !== name) {
        push(this.holders, resource.id, id);
      }
    }
  }
}

/** Most keys have one lease, so that lists are shared until they grow. */
function push(map: Map<string, readonly string[]>, key: string, lease: string): void {
  const known = map.get(key);
  map.set(key, known === undefined ? [lease] : [...known, lease]);
}

function union(found: readonly string[], more: readonly string[] | undefined): readonly string[] {
  if (more === undefined || found === more) {
    return found;
  }
  const fresh = found.length === 0 ? more : more.filter((lease) => !found.includes(lease));
  return fresh.length === 0 ? found : [...found, ...fresh];
}
