import type { Lease } from '../../model/inventory';
import type { Pacer } from './pacer';
import type { VisibleRecord } from './visibleRecord';

const noLeases: readonly string[] = Object.freeze([]);

/**
 * Finds the leases of records: the ones named after a record or its hidden half (`<id>`, `<id>-variants`, `<id>-view`), and those that
 * hold its snapshot or its blob, in this order.
 */
export class RecordLeases {
  private readonly names = new Set<string>();
  private readonly holders = new Map<string, string[]>();

  static async index(leases: readonly Lease[], pacer: Pacer): Promise<RecordLeases> {
    const index = new RecordLeases();
    await pacer.forEach(leases, (lease) => index.add(lease));
    return index;
  }

  of({ stored, twin }: VisibleRecord): readonly string[] {
    const found: string[] = [];
    this.addNamed(stored.id, found);
    if (twin !== undefined) {
      this.addNamed(twin.id, found);
      this.addHolders(twin.snapshotId, found);
    }
    this.addHolders(stored.snapshotId, found);
    if (stored.blob !== undefined) {
      this.addHolders(stored.blob, found);
    }
    return found.length === 0 ? noLeases : found;
  }

  private add({ id, resources }: Lease): void {
    this.names.add(id);
    for (const resource of resources) {
      // A lease with the name of what it holds is found by that name.
      if ((resource.kind === 'snapshot' || resource.kind === 'content') && resource.id !== id) {
        const holders = this.holders.get(resource.id);
        if (holders === undefined) {
          this.holders.set(resource.id, [id]);
        } else {
          holders.push(id);
        }
      }
    }
  }

  private addNamed(id: string, found: string[]): void {
    for (const suffix of ['', '-variants', '-view']) {
      if (this.names.has(id + suffix)) {
        found.push(id + suffix);
      }
    }
  }

  private addHolders(resource: string, found: string[]): void {
    const holders = this.holders.get(resource) ?? noLeases;
    for (const lease of this.names.has(resource) ? [resource, ...holders] : holders) {
      if (!found.includes(lease)) {
        found.push(lease);
      }
    }
  }
}
