import type { BoltCursor } from '../../bolt/cursor';
import type { BoltDatabase } from '../../bolt/database';
import { InlineEntries } from '../../bolt/inlineEntries';
import { readUvarint } from '../../bolt/varint';
import type { SnapshotKind } from '../../model/inventory';
import { labelsOf, snapshotDraft, type SnapshotDraft } from './containerdDatabase';
import { sizeOf, textOf, timeOf } from './containerdValues';
import { KeyTable } from './keyTable';
import type { ReadContext } from './readContext';

const factKeys = new KeyTable(['id', 'kind', 'size', 'inodes']);
const listKeys = new KeyTable(['parent', 'createdat', 'updatedat', 'labels']);

const kinds: readonly (SnapshotKind | undefined)[] = [undefined, 'view', 'active', 'committed'];

/**
 * Reads `metadata.db` of a containerd snapshotter (overlayfs, native, fuse-overlayfs, stargz), which knows snapshots by their backend
 * names `<namespace>/<number>/<key>`. Adds kind, folder and size to the listed snapshots.
 * @param listed by backend name; what was added to them before is taken back first.
 * @returns the snapshots that are not listed: removed there, and not collected by the snapshotter yet.
 */
export async function readSnapshotter(
  database: BoltDatabase,
  context: ReadContext,
  snapshotter: string,
  listed: ReadonlyMap<string, SnapshotDraft>,
): Promise<SnapshotDraft[]> {
  await context.pacer.forEach(listed.values(), clearBackendFacts);
  const unlisted: SnapshotDraft[] = [];
  const cursor = database.root.bucket('v1')?.bucket('snapshots')?.cursor();
  while (cursor?.next()) {
    if (cursor.isBucket) {
      const name = cursor.keyText();
      const known = listed.get(name);
      if (known === undefined) {
        unlisted.push(readUnlisted(cursor, name, snapshotter));
      } else {
        readBackendFacts(cursor, known);
      }
    }
    if (context.pacer.due) {
      await context.pacer.pause();
    }
  }
  return unlisted;
}

function clearBackendFacts(snapshot: SnapshotDraft): void {
  snapshot.kind = undefined;
  snapshot.directory = undefined;
  snapshot.size = undefined;
  snapshot.inodes = undefined;
}

/** Used for one bucket after the other. */
const inline = new InlineEntries();

/** What only the snapshotter knows; the rest is the same as in the list. */
function readBackendFacts(entry: BoltCursor, snapshot: SnapshotDraft): void {
  if (inline.enter(entry)) {
    while (inline.next()) {
      readBackendFact(inline, snapshot);
    }
  } else {
    const cursor = entry.bucket().cursor();
    while (cursor.next()) {
      readBackendFact(cursor, snapshot);
    }
  }
}

function readBackendFact(entry: InlineEntries | BoltCursor, snapshot: SnapshotDraft): void {
  const { page, valueStart: start, valueEnd: end } = entry;
  switch (factKeys.find(page, entry.keyStart, entry.keyEnd)) {
    case 'id':
      snapshot.directory = readUvarint(page.subarray(start, end))?.toString();
      break;
    case 'kind':
      snapshot.kind = end - start === 1 ? kinds[page[start]] : undefined;
      break;
    case 'size':
      snapshot.size = sizeOf(entry);
      break;
    case 'inodes':
      snapshot.inodes = sizeOf(entry);
      break;
    case undefined:
      break;
  }
}

function readUnlisted(entry: BoltCursor, name: string, snapshotter: string): SnapshotDraft {
  const { namespace, key } = splitBackendName(name);
  const snapshot = snapshotDraft(key, namespace, snapshotter);
  snapshot.backendName = name;
  readBackendFacts(entry, snapshot);
  const cursor = entry.bucket().cursor();
  while (cursor.next()) {
    switch (listKeys.find(cursor.page, cursor.keyStart, cursor.keyEnd)) {
      case 'parent':
        snapshot.parent = splitBackendName(textOf(cursor)).key;
        break;
      case 'createdat':
        snapshot.createdAt = timeOf(cursor);
        break;
      case 'updatedat':
        snapshot.updatedAt = timeOf(cursor);
        break;
      case 'labels':
        snapshot.labels = labelsOf(cursor);
        break;
      case undefined:
        break;
    }
  }
  return snapshot;
}

function splitBackendName(name: string): { namespace: string; key: string } {
  const parts = /^([^/]+)\/\d+\/(.*)$/s.exec(name);
  return parts === null ? { namespace: '', key: name } : { namespace: parts[1], key: parts[2] };
}
