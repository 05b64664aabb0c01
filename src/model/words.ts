import type { DropReason, ParentRole, RecordKind } from './record';

const typeWords: ReadonlyMap<string, readonly [one: string, many: string]> = new Map([
  ['regular', ['regular', 'Regular']],
  ['internal', ['internal', 'Internal']],
  ['frontend', ['frontend', 'Frontends']],
  ['source.local', ['local source', 'Local sources']],
  ['source.git.checkout', ['git checkout', 'Git checkouts']],
  ['exec.cachemount', ['cache mount', 'Cache mounts']],
]);

/** A record type in words ("cache mount"); a type that is not known here as BuildKit wrote it. */
export function typeWord(type: string): string {
  return typeWords.get(type)?.[0] ?? type;
}

/** The heading of all records of a type. */
export function typeHeading(type: string): string {
  return typeWords.get(type)?.[1] ?? type;
}

/** "base record", "layer", "merge of 3", "diff". */
export function kindWord(kind: RecordKind, parentCount: number): string {
  switch (kind) {
    case 'base':
      return 'base record';
    case 'merge':
      return `merge of ${parentCount}`;
    case 'layer':
    case 'diff':
      return kind;
  }
}

/** What a parent is to its child, in words; merge inputs count from 1. */
export function roleWord(role: ParentRole, position: number | undefined): string {
  switch (role) {
    case 'layer':
      return 'layer parent';
    case 'merge':
      return position === undefined ? 'merge input' : `merge input ${position + 1}`;
    case 'lower':
      return 'diff lower';
    case 'upper':
      return 'diff upper';
  }
}

/** Why the daemon would not list a record after its next start: one sentence. */
export function dropSentence(reason: DropReason): string {
  switch (reason) {
    case 'markedDeleted':
      return 'Marked as deleted: the daemon removes it at its next start.';
    case 'snapshotMissing':
      return 'Its snapshot is missing: the daemon drops it at its next start.';
    case 'blobMissing':
      return 'Its blob is not in the content store: the daemon drops it at its next start.';
    case 'parentDropped':
      return 'A record it stands on is dropped at the next start of the daemon, and it with that.';
  }
}
