import { CacheRecord, Hold } from './cacheRecord';
import type { Core } from './core';
import { finalize } from './finalize';
import { initialize } from './initialize';
import type { BlobProvider, BlobProviders, CreateOptions } from './options';
import { leaseRecord } from './recordLeases';
import { releaseImmutable } from './release';

/**
 * The merge of several records, lowest first: of none nothing, of one that one. An input that is a merge gives its own inputs. No
 * files are made until they are needed.
 * @param inputs stay the caller's
 */
export async function mergeRecords(
  core: Core,
  inputs: readonly Hold[],
  options: CreateOptions,
): Promise<Hold | undefined> {
  const holds = inputs.flatMap((input) => (input.record.parents.merge ?? [input]).map(cloneHold));
  const providers = unitedProviders(inputs);
  return holds.length > 1 ? mergeSeveral(core, holds, providers, options) : holds.at(0);
}

/** The merge of at least two records, taking over the holds. */
export async function mergeSeveral(
  core: Core,
  holds: readonly Hold[],
  providers: BlobProviders | undefined,
  options: CreateOptions,
): Promise<Hold> {
  try {
    for (const hold of holds) await finalize(core, hold.record);
    return core.write(() => createVirtual(core, { merge: holds }, providers, options));
  } catch (error) {
    core.write(() => holds.forEach((hold) => releaseImmutable(core, hold)));
    throw error;
  }
}

/** A record whose files follow from those of its parents; its lease names a snapshot that is not there yet. */
export function createVirtual(
  core: Core,
  parents: CacheRecord['parents'],
  providers: BlobProviders | undefined,
  options: CreateOptions,
): Hold {
  const id = core.newId();
  const record = new CacheRecord(id, {}, false, parents);
  leaseRecord(core, id, id);
  initialize(core, record, options, { snapshotId: id, committed: true });
  core.records.set(id, record);
  return new Hold(record, true, providers);
}

/** A new hold on the same record, with the same providers; its release is no use. */
export function cloneHold(hold: Pick<Hold, 'record' | 'providers'>): Hold {
  return new Hold(hold.record, false, hold.providers);
}

export function unitedProviders(holds: readonly Pick<Hold, 'providers'>[]): BlobProviders | undefined {
  const [first, ...others] = holds.flatMap(({ providers }) => (providers === undefined ? [] : [providers]));
  if (others.length === 0) return holds.length === 0 ? undefined : first;
  const united = new Map<string, BlobProvider>(first);
  for (const providers of others) for (const [digest, provider] of providers) united.set(digest, provider);
  return united;
}
