import type { RecordKind } from '../model/record';
import type { Timestamp } from '../store/clock';
import type { RecordFields } from '../store/metadataStore';
import type { SnapshotMount } from '../store/snapshotter';
import type { BlobProviders } from './options';

/** What a record stands on: at most one of the three forms, each a hold on the parent. */
export interface Parents {
  readonly layer?: Hold;
  /** Lowest first; the same record may occur more than once. */
  readonly merge?: readonly Hold[];
  readonly lower?: Hold;
  readonly upper?: Hold;
}

export const noParents: Parents = {};

/** The stored fields as the manager keeps them in memory, written through on each change. */
export type MemoryFields = { -readonly [Field in keyof RecordFields]: RecordFields[Field] };

/** One record as the manager holds it in memory. */
export class CacheRecord {
  /** Live holds: refs that callers have and those of children. */
  refs = 0;
  /** Those of the live holds whose release counts as a use. */
  useRefs = 0;
  /** Work under way that needs the record, beside refs; prune leaves it alone. */
  pins = 0;
  /** Doomed: never handed out again. */
  dead = false;
  /** On an immutable record that is not finalized: the ref on the mutable record that holds its data. */
  equalMutable: Hold | undefined;
  /** On a mutable record: the immutable record committed from it and not finalized. */
  equalImmutable: CacheRecord | undefined;
  mount: SnapshotMount | undefined;
  /** Bytes that were measured and not stored. */
  measuredSize: number | undefined;
  /** Set while an operation has the record to itself across waits; resolves when it is done. */
  busy: Promise<void> | undefined;
  /** Each hold on a parent: of a layer its one, of a merge its inputs, of a diff lower and upper. */
  readonly holds: readonly Hold[];
  /** Scratch: its place in the list that is being gone through. */
  place = -1;
  /** False once it is certain that neither the record nor anything below it can be lazy. */
  mayBeLazy: boolean;

  constructor(
    readonly id: string,
    public fields: MemoryFields,
    public mutable: boolean,
    readonly parents: Parents,
  ) {
    this.holds = parentHolds(parents);
    this.mayBeLazy = isBlobOnly(fields);
    for (const hold of this.holds) this.mayBeLazy ||= hold.record.mayBeLazy;
  }

  get kind(): RecordKind {
    if (this.parents.merge !== undefined) return 'merge';
    if (this.parents.lower !== undefined || this.parents.upper !== undefined) return 'diff';
    return this.parents.layer === undefined ? 'base' : 'layer';
  }

  get snapshotId(): string {
    return this.fields.snapshotId ?? this.id;
  }

  /** Where its files are now: an unfinalized immutable's are in its mutable twin. */
  get dataSnapshotId(): string {
    return this.equalMutable === undefined ? this.snapshotId : this.equalMutable.record.snapshotId;
  }

  /** Bytes; undefined while not computed. Of a mutable, what its twin is known to have. */
  get knownSize(): number | undefined {
    return storedSize(this.fields) ?? this.measuredSize ?? this.equalImmutable?.knownSize;
  }

  get isDead(): boolean {
    return this.dead || this.equalImmutable?.dead === true || this.equalMutable?.record.dead === true;
  }

  get isRetained(): boolean {
    return this.fields.cachePolicy === 1;
  }

  /** The half of a pair that is not shown: the immutable while unused, the mutable while the immutable is in use. */
  get isHiddenTwin(): boolean {
    if (this.equalImmutable !== undefined && this.equalImmutable.refs > 0) return true;
    return this.equalMutable !== undefined && this.refs === 0;
  }
}

/** A counted handle on a record. */
export class Hold {
  live = true;

  constructor(
    readonly record: CacheRecord,
    /** Its release counts as a use, unless another such hold remains. */
    public isUse: boolean,
    readonly providers: BlobProviders | undefined,
  ) {
    record.refs++;
    if (isUse) record.useRefs++;
  }

  /** Gives the hold back; doing so again changes nothing. */
  drop(): void {
    if (!this.live) return;
    this.live = false;
    this.record.refs--;
    if (this.isUse) this.record.useRefs--;
  }

  setUse(isUse: boolean): void {
    if (this.live && isUse !== this.isUse) this.record.useRefs += isUse ? 1 : -1;
    this.isUse = isUse;
  }
}

const noHolds: readonly Hold[] = [];

/** Each hold that `parents` are. */
export function parentHolds(parents: Parents): readonly Hold[] {
  if (parents === noParents) return noHolds;
  if (parents.layer !== undefined) return [parents.layer];
  if (parents.merge !== undefined) return parents.merge;
  return [parents.lower, parents.upper].filter((hold) => hold !== undefined);
}

/** The stored fields that name the parents. */
export function parentFields(parents: Parents): Partial<RecordFields> {
  if (parents.layer !== undefined) return { parent: parents.layer.record.id };
  if (parents.merge !== undefined) return { mergeParents: parents.merge.map((hold) => hold.record.id) };
  return {
    ...(parents.lower !== undefined && { lowerDiffParent: parents.lower.record.id }),
    ...(parents.upper !== undefined && { upperDiffParent: parents.upper.record.id }),
  };
}

/** How often and when a record was last used; a time without a count, or of 0, is none. */
export function usageOf(fields: RecordFields): { count: number; at: Timestamp | undefined } {
  const { usageCount, lastUsedAt } = fields;
  if (usageCount === undefined) return { count: 0, at: undefined };
  const never = lastUsedAt === undefined || (lastUsedAt.ms === 0 && lastUsedAt.nanos === 0);
  return { count: usageCount, at: never ? undefined : lastUsedAt };
}

/** Bytes; undefined while not computed. */
export function storedSize({ size }: RecordFields): number | undefined {
  return size === sizeUnknown ? undefined : size;
}

/** What BuildKit stores for a size that is not computed. */
export const sizeUnknown = -1;

export function isBlobOnly(fields: RecordFields): boolean {
  return fields.blobOnly === true && fields.blob !== undefined && fields.blob !== '';
}
