import type { Inventory } from '../model/inventory';
import type { CacheRecord as ListedRecord } from '../model/record';
import { isCancelled, StoreError } from '../store/storeError';
import { CacheRecord, Hold, noParents, type Parents } from './cacheRecord';
import type { Core } from './core';
import { type BlobImport, importBlobs, type OpenBlob } from './importBlobs';
import { importedFields } from './importedFields';
import { importLeases, type SkippedLease } from './importLeases';
import { planImport, type SkippedRecord } from './importPlan';
import type { CacheManager } from './manager';
import { leaseRecord, withWorkLease } from './recordLeases';

export interface ImportOptions {
  /** Aborting stops between two steps; what came until then stays, whole. */
  readonly signal?: AbortSignal;
  /** Gives the bytes of a blob; without it no blob comes, and records known by blob are lazy. */
  readonly openBlob?: OpenBlob;
  readonly onProgress?: (progress: { readonly stage: 'blobs' | 'records'; readonly done: number }) => void;
}

/** What came of an import, and what did not and why. */
export interface ImportResult extends BlobImport {
  /** Ids of the records that came, parents first. */
  readonly records: readonly string[];
  readonly skippedRecords: readonly SkippedRecord[];
  /** Of the records that came, those whose files lie in a snapshot of the source and which have no blob to make them from. */
  readonly withoutFiles: readonly string[];
  /** How many leases came, those of records included. */
  readonly leases: number;
  readonly skippedLeases: readonly SkippedLease[];
  readonly cancelled: boolean;
}

/** How long writing records goes on before others get a turn, milliseconds. */
const sliceMs = 8;

/**
 * Brings the records of another cache into a store, with their ids, parents, chain ids, leases and blobs. The files of snapshots
 * stay where they are: a layer's are made again from its blob when they are asked for, and what has them nowhere else, such as
 * every mutable record, cannot come. Bytes of blobs are checked; one that fails leaves its record lazy.
 * @throws StoreError `readOnly`, `noSpace` and the system's other refusals; what came until then stays
 */
export async function importInventory(
  manager: CacheManager,
  inventory: Inventory,
  options: ImportOptions = {},
): Promise<ImportResult> {
  const { core } = manager;
  core.assertWritable();
  const plan = planImport(inventory, (id) => core.records.has(id));
  const run = new RecordImport(core);
  let blobs: BlobImport = { blobs: 0, blobBytes: 0, missingBlobs: [] };
  let cancelled = false;
  try {
    await withWorkLease(core, async (lease) => {
      blobs = await importBlobs(core, inventory, plan.records, lease, options);
      await run.write(plan.records, options);
    });
  } catch (error) {
    if (!isCancelled(error)) throw error;
    cancelled = true;
  }
  const leases = await importLeases(core, inventory, new Set(run.imported));
  await core.durable();
  return {
    ...blobs,
    records: run.imported,
    skippedRecords: [...plan.skipped, ...run.skipped],
    withoutFiles: run.withoutFiles,
    leases: leases.count,
    skippedLeases: leases.skipped,
    cancelled,
  };
}

class RecordImport {
  readonly imported: string[] = [];
  readonly withoutFiles: string[] = [];
  readonly skipped: SkippedRecord[] = [];

  constructor(private readonly core: Core) {}

  /** Writes the records, each after its parents, in transactions of a few milliseconds. @throws `cancelled` */
  async write(records: readonly ListedRecord[], { signal, onProgress }: ImportOptions): Promise<void> {
    for (let at = 0; at < records.length;) {
      if (signal?.aborted === true) throw new StoreError('cancelled', 'the import was cancelled');
      onProgress?.({ stage: 'records', done: at / records.length });
      const deadline = performance.now() + sliceMs;
      const made: CacheRecord[] = [];
      try {
        this.core.write(() => {
          do this.make(records[at++], made);
          while (at < records.length && performance.now() < deadline);
        });
      } catch (error) {
        for (const record of made.reverse()) this.forget(record);
        throw error;
      }
      this.imported.push(...made.map(({ id }) => id));
      await this.core.durable();
      await new Promise((resolve) => setImmediate(resolve));
    }
    onProgress?.({ stage: 'records', done: 1 });
  }

  /** @param made gets the record as soon as it has its holds, so that these can be given back */
  private make(listed: ListedRecord, made: CacheRecord[]): void {
    const gone = listed.parents.find(({ id }) => !this.core.records.has(id));
    if (gone !== undefined || this.core.records.has(listed.id)) {
      const because = gone === undefined ? 'The id was taken meanwhile.' : `${gone.id} has gone meanwhile.`;
      this.skipped.push({ id: listed.id, because });
      return;
    }
    const fields = importedFields(listed);
    const record = new CacheRecord(listed.id, {}, false, this.parentsOf(listed));
    made.push(record);
    leaseRecord(this.core, listed.id, fields.snapshotId ?? listed.id, fields.blob);
    this.core.put(record, fields);
    // The fields came after the record was made.
    record.mayBeLazy ||= fields.blobOnly === true;
    this.core.records.set(record.id, record);
    if (fields.blob === undefined && (listed.kind === 'base' || listed.kind === 'layer')) {
      this.withoutFiles.push(listed.id);
    }
  }

  private parentsOf({ parents }: ListedRecord): Parents {
    const hold = (id: string) => {
      const parent = this.core.records.get(id);
      if (parent === undefined) throw new StoreError('notFound', `no record ${id}`, { id });
      return new Hold(parent, false, undefined);
    };
    const merge: Hold[] = [];
    const others: { layer?: Hold; lower?: Hold; upper?: Hold } = {};
    for (const { id, role } of parents) {
      if (role === 'merge') merge.push(hold(id));
      else others[role] = hold(id);
    }
    if (merge.length > 0) return { merge };
    return parents.length === 0 ? noParents : others;
  }

  private forget(record: CacheRecord): void {
    this.core.records.delete(record.id);
    for (const hold of record.holds) hold.drop();
  }
}
