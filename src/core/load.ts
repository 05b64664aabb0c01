import { isNotFound, StoreError } from '../store/storeError';
import { CacheRecord, Hold, type MemoryFields, noParents, parentHolds, type Parents } from './cacheRecord';
import { commitMutable } from './commit';
import type { Core } from './core';
import { finishFreeze, isHalfFrozen } from './freeze';
import { appendImageRef, initialize } from './initialize';
import { requireProviders } from './lazy';
import type { CreateOptions, GetOptions } from './options';
import { releaseParents, removeRecord } from './release';

/** What getting a record can be told: of what is created, only the image is used, and only for what is loaded from disk. */
export type LoadOptions = GetOptions & Pick<CreateOptions, 'imageRef'>;

/**
 * The record of this id, from memory or, with everything below it, from the store. What the store cannot make good of is
 * dropped there: a record marked deleted, a mutable one without its snapshot, half a pair.
 * @throws `notFound`, `needsRemoteProvider`
 */
export function getRecord(core: Core, id: string, options: LoadOptions = {}): CacheRecord {
  return fromMemory(core, { id, options }) ?? load(core, { id, options });
}

/**
 * A hold on the immutable face of a record: the record itself, or the immutable twin of a mutable one that nobody uses, which
 * is committed for it if there is none.
 * @throws `locked`, and as `getRecord`
 */
export function holdImmutable(core: Core, record: CacheRecord, options: GetOptions): Hold {
  const isUse = options.noUse !== true;
  if (!record.mutable) return new Hold(record, isUse, options.providers);
  if (record.refs > 0) throw new StoreError('locked', `record ${record.id} is in use`, { id: record.id });
  if (record.equalImmutable !== undefined) return new Hold(record.equalImmutable, isUse, options.providers);
  return new Hold(commitMutable(core, new Hold(record, isUse, options.providers)), true, options.providers);
}

/** A generator that asks for each record it needs by yielding, so that chains of any length need no stack. */
type Loading = Generator<Wanted, CacheRecord, CacheRecord>;

interface Wanted {
  readonly id: string;
  readonly options: LoadOptions;
}

type Answer = { readonly record: CacheRecord } | { readonly error: unknown };

function fromMemory(core: Core, { id, options }: Wanted): CacheRecord | undefined {
  const known = core.records.get(id);
  if (known === undefined) return undefined;
  if (known.isDead) throw new StoreError('notFound', `record ${id} is being removed`, { id });
  if (!core.loading || core.quirks.startDropsLazyRecords) requireProviders(core, known, options.providers);
  return known;
}

function load(core: Core, first: Wanted): CacheRecord {
  const stack = [{ id: first.id, loading: loadRecord(core, first) }];
  let answer: Answer | undefined;
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    let wanted: Wanted;
    try {
      const step = resume(top.loading, answer);
      if (step.done === true) {
        stack.pop();
        answer = { record: step.value };
        continue;
      }
      wanted = step.value;
    } catch (error) {
      stack.pop();
      answer = { error };
      continue;
    }
    answer = answerAtOnce(core, wanted, stack);
    if (answer === undefined) stack.push({ id: wanted.id, loading: loadRecord(core, wanted) });
  }
  if (answer === undefined || 'error' in answer) throw answer?.error;
  return answer.record;
}

function resume(loading: Loading, answer: Answer | undefined): IteratorResult<Wanted, CacheRecord> {
  if (answer === undefined) return loading.next();
  return 'error' in answer ? loading.throw(answer.error) : loading.next(answer.record);
}

/** The record from memory, or why it cannot be had; undefined when it has to be loaded. */
function answerAtOnce(core: Core, wanted: Wanted, stack: readonly { id: string }[]): Answer | undefined {
  try {
    const known = fromMemory(core, wanted);
    if (known !== undefined) return { record: known };
    if (stack.some((frame) => frame.id === wanted.id)) {
      throw new StoreError('corrupt', `record ${wanted.id} stands on itself`, { id: wanted.id });
    }
    return undefined;
  } catch (error) {
    return { error };
  }
}

function* loadRecord(core: Core, { id, options }: Wanted): Loading {
  const fields = core.storedFields(id);
  if (fields === undefined) throw new StoreError('notFound', `no record ${id}`, { id });
  const parents = yield* loadParents(core, fields, options);
  let holds: readonly Hold[] = parentHolds(parents);
  try {
    if (fields.equalMutable) {
      const pair = yield* loadPair(core, id, fields, parents);
      if (pair !== undefined) return pair;
    }
    const forced = parents.merge !== undefined || parents.lower !== undefined || parents.upper !== undefined;
    const record = new CacheRecord(id, fields, fields.committed !== true && !forced, parents);
    if (isHalfFrozen(core, record)) finishFreeze(core, record);
    const loss = lossOf(core, record);
    if (loss !== undefined) {
      removeRecord(core, record, { leases: true });
      if (!core.quirks.droppedRecordReleasesTwice || parents.layer === undefined) holds = [];
      throw new StoreError('notFound', `record ${id} ${loss}`, { id });
    }
    initialize(core, record, options);
    appendImageRef(core, record, options.imageRef);
    core.records.set(id, record);
    if (!core.loading || core.quirks.startDropsLazyRecords) requireProviders(core, record, options.providers);
    return record;
  } catch (error) {
    releaseParents(core, holds);
    throw error;
  }
}

/** The immutable half of a pair whose mutable half is there; undefined when the record is to be taken for itself. */
function* loadPair(
  core: Core,
  id: string,
  fields: MemoryFields,
  parents: Parents,
): Generator<Wanted, CacheRecord | undefined, CacheRecord> {
  const mutableId = fields.equalMutable ?? '';
  try {
    const mutable = yield { id: mutableId, options: {} };
    const record = new CacheRecord(id, fields, false, parents);
    record.equalMutable = new Hold(mutable, false, undefined);
    record.equalMutable.drop();
    mutable.equalImmutable = record;
    core.records.set(id, record);
    return record;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  if (core.store.snapshots.find(fields.snapshotId ?? id) === undefined) {
    core.clear(id);
    throw new StoreError('notFound', `record ${id} has lost its data`, { id });
  }
  // A stop came between the commit of the snapshot and that of the metadata: finish what was begun.
  delete fields.equalMutable;
  core.store.metadata.put(id, { equalMutable: null });
  return undefined;
}

/** Takes a hold on each parent. In BuildKit these are as good as a caller's, and get nothing of what the caller gave. */
function* loadParents(
  core: Core,
  fields: MemoryFields,
  options: LoadOptions,
): Generator<Wanted, Parents, CacheRecord> {
  const providers = core.quirks.parentsLoadWithoutProviders ? undefined : options.providers;
  const parentOptions: GetOptions = { providers, noUse: !core.quirks.loadedHoldsAreUses };
  const taken: Hold[] = [];
  function* take(id: string): Generator<Wanted, Hold, CacheRecord> {
    const hold = holdImmutable(core, yield { id, options: parentOptions }, parentOptions);
    taken.push(hold);
    return hold;
  }
  try {
    if (fields.parent) return { layer: yield* take(fields.parent) };
    const merge: Hold[] = [];
    for (const id of fields.mergeParents ?? []) merge.push(yield* take(id));
    const lower = fields.lowerDiffParent ? yield* take(fields.lowerDiffParent) : undefined;
    const upper = fields.upperDiffParent ? yield* take(fields.upperDiffParent) : undefined;
    if (merge.length > 0) return { merge };
    return taken.length === 0 ? noParents : { lower, upper };
  } catch (error) {
    releaseParents(core, taken);
    throw error;
  }
}

/** Why a stored record is of no use: a stop left it half removed, or half made. */
function lossOf(core: Core, record: CacheRecord): string | undefined {
  if (record.fields.deleted === true) return 'was being removed';
  if (record.mutable && core.store.snapshots.find(record.id) === undefined) return 'has lost its snapshot';
  return undefined;
}
