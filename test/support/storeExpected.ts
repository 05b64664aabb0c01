import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { LocalStore } from '../../src/store/localStore';

/** What must be in a store after children of `storeChildProgram.ts` have worked on it and were killed. */
export interface Expected {
  /** Acknowledged records and their blobs. */
  readonly records: Map<string, string>;
  /** Removals that began and were not acknowledged. */
  readonly unsure: Set<string>;
}

/** Takes in what a child has said. */
export function read(lines: readonly string[], { records, unsure }: Expected): void {
  for (const line of lines) {
    const [verb, id, blob] = line.split(' ');
    if (verb === 'added') records.set(id, blob);
    else if (verb === 'removing') unsure.add(id);
    else if (verb === 'removed') {
      records.delete(id);
      unsure.delete(id);
    }
  }
}

/** Looks through a whole store: nothing acknowledged is missing, nothing is half there, no name leads nowhere. */
export async function check(store: LocalStore, { records, unsure }: Expected): Promise<void> {
  for (const [id, blob] of records) {
    const record = store.metadata.get(id);
    if (record === undefined) {
      expect(unsure).toContain(id);
      continue;
    }
    expect(record).toMatchObject({ snapshotId: id, imageRefs: [id] });
    if (blob !== '') expect(record.blob).toBe(blob);
  }
  for (const { id, blob, snapshotId } of store.metadata.all()) {
    expect(store.metadata.search(`chainid:sha256:${id}`)).toEqual([id]);
    expect(store.leases.listResources(id)).toContainEqual({ type: 'snapshots/local', id });
    expect(store.snapshots.stat(snapshotId ?? id).kind).toBe('committed');
    if (blob !== undefined) await store.content.verify(blob);
    await store.snapshots.view(`look ${id}`, id);
    const { path } = await store.snapshots.mounts(`look ${id}`);
    expect(readFileSync(join(path, 'file'), 'utf8')).toBe(id);
    await store.snapshots.remove(`look ${id}`);
  }
  const records2 = new Set(store.metadata.all().map(({ id }) => id));
  for (const { id } of store.leases.list()) expect(records2).toContain(id);
}

/** After a check: what was unsure is now known to be there or gone. */
export function settle(store: LocalStore, { records, unsure }: Expected): void {
  for (const id of unsure) if (!store.metadata.has(id)) records.delete(id);
  unsure.clear();
}
