import type { Blob, Inventory, Lease, LeaseResource, Snapshot, SourceInfo } from '../../model/inventory';
import type { LeaseResource as StoredResource } from '../../store/leaseManager';
import type { LocalStore } from '../../store/localStore';
import { NoteList } from '../buildkitRoot/noteList';
import { Pacer } from '../buildkitRoot/pacer';
import type { ReadOptions } from '../source';
import type { OpenStore } from './localStores';
import { readRecords } from './readRecords';
import { usageOf } from './snapshotUsage';

/** Where everything of a store lives; see `LocalStore`. */
const namespace = 'buildkit';

/** Reads all of a store. Nothing is written, not even sizes that had to be measured. */
export async function readStore(info: SourceInfo, open: OpenStore, options: ReadOptions): Promise<Inventory> {
  const { store } = open;
  const takenAt = Date.now();
  const pacer = new Pacer(options.signal);
  const notes = new NoteList();
  options.signal?.throwIfAborted();
  noteState(open, notes);

  options.onProgress?.({ stage: 'leases', done: 0 });
  const leases = await readLeases(store, pacer);
  options.onProgress?.({ stage: 'blobs', done: 0.2 });
  const blobs = await readBlobs(store, pacer);
  options.onProgress?.({ stage: 'snapshots', done: 0.3 });
  const snapshots = await readSnapshots(store, pacer);
  options.onProgress?.({ stage: 'records', done: 0.5 });
  const records = await readRecords(open, { leases, blobs, snapshots }, pacer, notes);
  if (records.length === 0) notes.add({ severity: 'info', message: 'This store holds no records.' });
  options.onProgress?.({ stage: 'records', done: 1 });
  return {
    source: info,
    takenAt,
    complete: true,
    workers: [{ name: '', snapshotter: store.snapshots.name, namespace }],
    records,
    leases,
    blobs,
    snapshots,
    solverKeys: [],
    builds: [],
    notes: notes.toArray(),
  };
}

function noteState({ store, manager }: OpenStore, notes: NoteList): void {
  if (manager !== undefined) return;
  const { state } = store;
  if (!state.writable)
    notes.add({ severity: 'info', message: `Nothing can be changed here: ${state.because}.` });
  notes.add({
    severity: 'info',
    message: 'What is in use is known only to the window that has this store open to work with.',
  });
}

async function readLeases({ leases }: LocalStore, pacer: Pacer): Promise<Lease[]> {
  const read: Lease[] = [];
  await pacer.forEach(leases.list(), ({ id, createdAt, labels }) => {
    // A lease may go while others get a turn.
    if (leases.find(id) === undefined) return;
    const resources = leases.listResources(id).map(resourceOf);
    read.push({ id, namespace, createdAt: createdAt.ms, labels, resources });
  });
  return read;
}

function resourceOf({ type, id }: StoredResource): LeaseResource {
  const [kind, snapshotter] = type.split('/', 2);
  switch (kind) {
    case 'snapshots':
      return { kind: 'snapshot', id, snapshotter };
    case 'ingests':
      return { kind: 'ingest', id };
    case 'images':
      return { kind: 'image', id };
    default:
      return { kind: 'content', id };
  }
}

async function readBlobs({ content }: LocalStore, pacer: Pacer): Promise<Blob[]> {
  const blobs: Blob[] = [];
  await pacer.forEach(content.walk(), ({ digest, size, createdAt, updatedAt, labels }) => {
    const times = { createdAt: createdAt.ms, updatedAt: updatedAt.ms };
    blobs.push({ digest, namespace, size, ...times, labels, present: true });
  });
  return blobs;
}

async function readSnapshots({ snapshots }: LocalStore, pacer: Pacer): Promise<Snapshot[]> {
  const read: Snapshot[] = [];
  for (const { key, kind, parent, createdAt, updatedAt, labels } of snapshots.walk()) {
    const usage = kind === 'committed' ? await usageOf(snapshots, key) : undefined;
    read.push({
      key,
      namespace,
      snapshotter: snapshots.name,
      parent,
      kind,
      size: usage?.size,
      inodes: usage?.inodes,
      createdAt: createdAt.ms,
      updatedAt: updatedAt.ms,
      labels,
    });
    if (pacer.due) await pacer.pause();
  }
  return read;
}
