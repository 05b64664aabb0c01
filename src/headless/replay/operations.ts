import type { CoreStore } from '../../core/core';
import type { CacheManager } from '../../core/manager';
import type { BlobDescriptor, BlobProvider, CreateOptions, GetOptions } from '../../core/options';
import { ImmutableRef, MutableRef } from '../../core/refs';
import type { UsageRow } from '../../core/usage';
import { isFilterError } from '../../model/filterError';
import type { PruneStep } from '../../model/prune';
import type { PruneRule } from '../../model/pruneRules';
import type { Timestamp } from '../../store/clock';
import { isAlreadyExists, isStoreError } from '../../store/storeError';
import { type SnapshotLog, writeLogical } from './logicalSnapshots';
import type { Names } from './names';
import type { Trace, TraceOperation } from './trace';

/** What the operations of a trace work on. */
export interface ReplayContext {
  readonly manager: CacheManager;
  readonly store: CoreStore;
  readonly handles: Map<string, ImmutableRef | MutableRef>;
  readonly names: Names;
  readonly log: SnapshotLog;
  readonly trace: Trace;
}

export type Answer = Readonly<Record<string, unknown>>;

/** The arguments of every operation, as the format has them. */
interface Arguments {
  readonly h: string;
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly blob: string;
  readonly parent?: string | null;
  readonly parents: readonly string[];
  readonly lower?: string | null;
  readonly upper?: string | null;
  readonly readonly: boolean;
  readonly noDiffID?: boolean;
  readonly emptyDigest?: boolean;
  readonly urls?: readonly string[];
  readonly field: string;
  readonly key: string;
  readonly value?: string | number;
  readonly index: string;
  readonly filter?: readonly string[];
  readonly infos: readonly {
    readonly all?: boolean;
    readonly filter?: readonly string[];
    readonly keepDuration?: number;
    readonly keepBytes?: number;
  }[];
  readonly opts?: TraceOptions;
}

interface TraceOptions {
  readonly retain?: boolean;
  readonly description?: string;
  readonly recordType?: string;
  readonly createdAt?: number;
  readonly imageRef?: string;
  readonly noUpdateLastUsed?: boolean;
  readonly handlers?: readonly string[];
}

/** The answer, or the class of the error that came instead. */
export async function answerOf(work: () => Promise<Answer>): Promise<Answer & { ref?: unknown }> {
  try {
    return await work();
  } catch (error) {
    if (isFilterError(error) || error instanceof ClasslessError) return { error: { class: 'other' } };
    if (!isStoreError(error)) throw error;
    const { reason, digests } = error;
    if (reason === 'needsRemoteProvider') return { error: { class: 'needsprovider', digests } };
    const known = { notFound: 'notfound', locked: 'locked', invalid: 'invalid' } as Record<string, string>;
    return { error: { class: known[reason] ?? 'other' } };
  }
}

/** Runs one operation. An error that upstream has no class for comes out as one that has none here either. */
export async function runOperation(context: ReplayContext, operation: TraceOperation): Promise<Answer> {
  // The recorder's format fixes the arguments of each operation.
  const args = operation.args as unknown as Arguments;
  const { manager, store, handles, names, trace } = context;
  const immutable = (name: string | null | undefined) => handleOf(handles, name, ImmutableRef);
  const mutable = (name: string) => handleOf(handles, name, MutableRef);
  const returned = (ref: ImmutableRef | MutableRef | undefined): Answer => {
    const { handle } = operation.result;
    if (ref !== undefined && typeof handle === 'string') handles.set(handle, ref);
    return { ref: ref?.id ?? null };
  };
  switch (operation.op) {
    case 'new':
      return returned(await classless(manager.create(immutable(args.parent), createOptions(args.opts))));
    case 'write':
      await writeLogical(store.snapshots, context.log, await mountOf(mutable(args.h)), args.name, args.size);
      return {};
    case 'commit':
      return returned(await need(mutable(args.h)).commit());
    case 'finalize':
      await classless(need(immutable(args.h)).finalize());
      return {};
    case 'extract':
      await classless(need(immutable(args.h)).extract());
      return {};
    case 'mount': {
      const ref = handles.get(args.h);
      await classless(
        ref instanceof MutableRef ? ref.mount() : need(immutable(args.h)).mount({ readOnly: args.readonly }),
      );
      return {};
    }
    case 'get':
      return returned(await manager.get(names.toOwn(args.id), getOptions(trace, args.opts)));
    case 'getMutable':
      return returned(await manager.getMutable(names.toOwn(args.id), getOptions(trace, args.opts)));
    case 'clone':
      return returned(need(immutable(args.h)).clone());
    case 'release':
      await need(handles.get(args.h)).release();
      return {};
    case 'size':
      return { size: await need(handles.get(args.h)).size() };
    case 'getByBlob':
      return returned(
        await manager.getByBlob(descriptorOf(trace, args), immutable(args.parent), {
          ...getOptions(trace, args.opts),
          ...createOptions(args.opts),
        }),
      );
    case 'putBlob':
      trust(context, trace.blobs[args.blob].digest);
      return {};
    case 'deleteBlob':
      store.content.delete(trace.blobs[args.blob].digest);
      return {};
    case 'merge':
      return returned(await classless(manager.merge(args.parents.map(immutable), createOptions(args.opts))));
    case 'diff':
      return returned(
        await classless(manager.diff(immutable(args.lower), immutable(args.upper), createOptions(args.opts))),
      );
    case 'layerChain': {
      const chain = need(immutable(args.h)).layerChain();
      const ids = chain.map(({ id }) => id);
      for (const ref of chain) await ref.release();
      return { ids };
    }
    case 'set':
      await setField(need(handles.get(args.h)), args);
      return {};
    case 'info':
      return infoOf(need(handles.get(args.h)));
    case 'search':
      return { ids: manager.search(args.index) };
    case 'du': {
      const filters = args.filter?.map((text) => names.toOwn(text));
      const rows = await manager.diskUsage({ filters });
      return { du: rows.map((row) => usageEntry(row)) };
    }
    case 'prune':
      return prune(context, args);
    case 'gc':
      await manager.collect();
      return {};
    default:
      throw new Error(`no such operation: ${operation.op}`);
  }
}

async function prune({ manager, names }: ReplayContext, { infos }: Arguments): Promise<Answer> {
  const rules = infos.map(({ all, filter, keepDuration, keepBytes }): PruneRule => ({
    all,
    filters: filter?.map((text) => names.toOwn(text)),
    keepDuration,
    reservedSpace: keepBytes,
  }));
  const { removed, steps } = await manager.prune(rules, { frozenClock: true, explainTies: true });
  const rounds = steps.flatMap((taken) => byRound(taken));
  const ranked = steps.flat().filter((step) => step.candidates !== undefined);
  return {
    pruned: removed.map((row) => ({ ...usageEntry(row), recordType: '', size: row.size ?? -1 })),
    rounds,
    gcSteps: ranked.map(gcStep),
  };
}

function byRound(steps: readonly PruneStep[]): string[][] {
  const rounds: string[][] = [];
  let last: number | undefined;
  for (const { id, round } of steps) {
    if (round !== last) rounds.push([]);
    rounds.at(-1)?.push(id);
    last = round;
  }
  return rounds;
}

function gcStep({ id, candidates, score, tied }: PruneStep): Answer {
  return { pick: id, candidates, score: score ?? null, ...(tied && { tied: [id, ...tied] }) };
}

function usageEntry(row: UsageRow): Answer {
  return {
    id: row.id,
    mutable: row.mutable,
    inUse: row.inUse,
    size: row.size,
    createdAt: row.createdAt?.ms,
    ...(row.lastUsedAt && { lastUsedAt: row.lastUsedAt.ms }),
    usageCount: row.usageCount,
    ...(row.parents.length > 0 && { parents: row.parents }),
    description: row.description,
    recordType: row.recordType,
    shared: row.shared,
  };
}

function infoOf(ref: ImmutableRef | MutableRef): Answer {
  const { createdAt, description = '', layerType = '', recordType = '' } = ref.fields;
  const twin = ref instanceof ImmutableRef ? ref.equalMutableId : undefined;
  return {
    id: ref.id,
    createdAt: createdAt?.ms,
    description,
    layerType,
    recordType,
    retain: ref.isRetained,
    ...(twin !== undefined && { equalMutable: twin }),
  };
}

async function setField(
  ref: ImmutableRef | MutableRef,
  { field, key, value = '', index }: Arguments,
): Promise<void> {
  const text = String(value);
  switch (field) {
    case 'description':
      return ref.setDescription(text);
    case 'recordType':
      return ref.setRecordType(text);
    case 'retain':
    case 'default':
      return ref.setRetained(field === 'retain');
    case 'createdAt':
      return ref.setCreatedAt(timestamp(Number(value)));
    case 'layerType':
      return ref.setLayerType(text);
    case 'string':
      return ref.setText(key, text, index);
    case 'clearIndex':
      return ref.clearText(key, index);
    case 'external':
      return ref.setExternal(key, new TextEncoder().encode(text));
    default:
      throw new Error(`no such field: ${field}`);
  }
}

function descriptorOf(trace: Trace, args: Arguments): BlobDescriptor {
  const { digest, size, mediaType, diffID } = trace.blobs[args.blob];
  return {
    digest: args.emptyDigest === true ? '' : digest,
    size: args.emptyDigest === true ? 0 : size,
    mediaType,
    ...(args.noDiffID !== true && { diffId: diffID }),
    urls: args.urls,
  };
}

function createOptions(opts: TraceOptions = {}): CreateOptions {
  const { description, recordType, retain, createdAt, imageRef } = opts;
  const made = createdAt === undefined ? undefined : timestamp(createdAt);
  return { description, recordType, retain, imageRef, createdAt: made };
}

function getOptions(trace: Trace, opts: TraceOptions = {}): GetOptions & { imageRef?: string } {
  const { handlers, noUpdateLastUsed, imageRef } = opts;
  if (handlers === undefined) return { noUse: noUpdateLastUsed, imageRef };
  const named = handlers.includes('*') ? Object.keys(trace.blobs) : handlers;
  const provider: BlobProvider = {
    fetch: (digest, content, lease) => {
      const size = Object.values(trace.blobs).find((blob) => blob.digest === digest)?.size ?? 0;
      if (!content.has(digest)) content.trust({ digest, size, lease });
      return Promise.resolve();
    },
  };
  const providers = new Map(named.map((name) => [trace.blobs[name].digest, provider]));
  return { noUse: noUpdateLastUsed, imageRef, providers };
}

function trust({ store, trace }: ReplayContext, digest: string): void {
  const size = Object.values(trace.blobs).find((blob) => blob.digest === digest)?.size ?? 0;
  try {
    store.content.trust({ digest, size });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}

class ClasslessError extends Error {
  override readonly name = 'ClasslessError';
}

/** Errors of these calls have no class upstream, where ours have one. */
async function classless<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isStoreError(error)) throw new ClasslessError(error.message, { cause: error });
    throw error;
  }
}

async function mountOf(ref: MutableRef | undefined): Promise<string> {
  const { hold } = need(ref);
  await need(ref).mount();
  return hold.record.snapshotId;
}

function handleOf<T>(
  handles: ReadonlyMap<string, unknown>,
  name: string | null | undefined,
  type: new (...args: never[]) => T,
): T | undefined {
  if (!name) return undefined;
  const ref = handles.get(name);
  if (!(ref instanceof type)) throw new Error(`handle ${name} is not what the operation needs`);
  return ref;
}

function need<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a handle is missing');
  return value;
}

const timestamp = (ms: number): Timestamp => ({ ms, nanos: 0 });
