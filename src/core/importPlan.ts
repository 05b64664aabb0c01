import type { Inventory } from '../model/inventory';
import type { CacheRecord } from '../model/record';

/** A record that does not come, and why, for a person. */
export interface SkippedRecord {
  readonly id: string;
  readonly because: string;
}

export interface ImportPlan {
  /** Those that come, parents first. */
  readonly records: readonly CacheRecord[];
  readonly skipped: readonly SkippedRecord[];
}

/**
 * Decides which records of a cache can come into a store.
 * @param isThere whether the store has a record of this id; such a one is taken for the same, and may be a parent
 */
export function planImport(inventory: Inventory, isThere: (id: string) => boolean): ImportPlan {
  const byId = new Map<string, CacheRecord>();
  for (const record of inventory.records) if (!byId.has(record.id)) byId.set(record.id, record);
  const records: CacheRecord[] = [];
  const skipped: SkippedRecord[] = [];
  const coming = new Set<string>();
  const hasParent = (id: string) => coming.has(id) || isThere(id);
  for (const record of parentsFirst(inventory.records, byId)) {
    const because = isThere(record.id)
      ? 'A record with this id is in the store already.'
      : byId.get(record.id) !== record
        ? 'Another worker of the cache has a record with this id, which is taken.'
        : reasonToSkip(record, hasParent);
    if (because === undefined) {
      coming.add(record.id);
      records.push(record);
    } else {
      skipped.push({ id: record.id, because });
    }
  }
  return { records, skipped };
}

function reasonToSkip(record: CacheRecord, hasParent: (id: string) => boolean): string | undefined {
  if (record.deleted) return 'It is marked to be removed.';
  if (record.dropsAtStart !== undefined) return 'Its own daemon would not list it after the next start.';
  if (record.mutable)
    return 'It is mutable: its files are in a snapshot of the cache, and no blob holds them.';
  const missing = record.parents.find(({ id }) => !hasParent(id));
  return missing && `It stands on ${missing.id}, which does not come.`;
}

/** All records, each after its parents, as far as they do not stand on each other in a circle. */
function* parentsFirst(
  records: readonly CacheRecord[],
  byId: ReadonlyMap<string, CacheRecord>,
): Generator<CacheRecord> {
  const seen = new Set<CacheRecord>();
  for (const first of records) {
    // A walk without recursion: chains may be thousands long.
    const stack = seen.has(first) ? [] : [{ record: first, next: 0 }];
    seen.add(first);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      if (top.next === top.record.parents.length) {
        stack.pop();
        yield top.record;
        continue;
      }
      const parent = byId.get(top.record.parents[top.next++].id);
      if (parent === undefined || seen.has(parent)) continue;
      seen.add(parent);
      stack.push({ record: parent, next: 0 });
    }
  }
}
