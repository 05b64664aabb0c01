import type { BoltDatabase } from '../../bolt/database';
import type { BoltError } from '../../bolt/boltError';
import { CacheError } from '../../model/cacheError';
import { IdTable } from './idTable';
import type { NoteList } from './noteList';
import { advice, cacheReason } from './boltAdvice';
import { readDatabase, type ReadContext } from './readContext';
import { readRecords } from './recordDatabase';
import type { WorkerLayout } from './rootLayout';
import type { StoredRecords } from './recordDraft';

/** The records of one worker, or why there are none. */
export interface WorkerRecords {
  readonly layout: WorkerLayout;
  readonly stored: StoredRecords;
  readonly error: BoltError | undefined;
  /** Whether some records are missing because pages are damaged. */
  readonly isDamaged: boolean;
}

const noRecords: StoredRecords = {
  records: [],
  ids: new IdTable(),
  numbers: [],
  holders: [],
  parentEnds: [],
  parents: [],
  blobOnly: new Set(),
};

/** Reads the metadata database of one worker. @throws CacheError when a file that was opened alone is a database of another kind. */
export async function readWorkerRecords(layout: WorkerLayout, context: ReadContext): Promise<WorkerRecords> {
  const isAlone = layout.kind === 'metadataOnly';
  const outcome = await readDatabase(
    context,
    { path: layout.metadata, holds: 'records', without: '' },
    async (database, notes) => {
      noteIfOther(database, isAlone, context, notes);
      return await readRecords(database, context, notes);
    },
    ({ records }) => records.length,
  );
  return 'result' in outcome
    ? { layout, stored: outcome.result, error: undefined, isDamaged: outcome.isDamaged }
    : { layout, stored: noRecords, error: outcome.error, isDamaged: false };
}

/** Buckets by which other databases of BuildKit and containerd are known, and what to do with them. */
const otherDatabases: readonly (readonly [bucket: string, words: string])[] = [
  ['v1', 'a database of containerd or of a snapshotter'],
  ['_result', "the solver's cache of BuildKit"],
  ['_links', "the solver's cache of BuildKit"],
  ['_records', "BuildKit's history of builds"],
];

/** A fresh database has no buckets at all, so only another one's buckets tell that this is none. */
function noteIfOther(database: BoltDatabase, isAlone: boolean, context: ReadContext, notes: NoteList): void {
  if (!isAlone || database.root.bucket('_main') !== undefined) {
    return;
  }
  const other = otherDatabases.find(([bucket]) => database.root.bucket(bucket) !== undefined);
  if (other !== undefined) {
    throw new CacheError(
      'notACache',
      `${database.path} is ${other[1]}, not a metadata database with records. Open the root folder that it belongs to.`,
    );
  }
  const cursor = database.root.cursor();
  while (cursor.next()) {
    if (!['_index', '_external'].includes(cursor.keyText())) {
      throw new CacheError(
        'notACache',
        `${database.path} is a bolt database, but not one of BuildKit: there are no records in it.`,
      );
    }
  }
  const file = context.relative(database.path);
  notes.add({
    severity: 'info',
    file,
    message: `${file} has no bucket of records: nothing was ever stored in it.`,
  });
}

/**
 * Passes over workers whose records cannot be read, with a note for each.
 * @throws CacheError when there is no other worker and trying again, or with other rights, is what helps; and for a file opened alone.
 */
export function noteUnreadRecords(workers: readonly WorkerRecords[], context: ReadContext): void {
  const failed = workers.flatMap(({ layout, error }) => (error === undefined ? [] : [{ layout, error }]));
  for (const { layout, error } of failed) {
    const reason = cacheReason(error);
    const message = `The records of ${layout.name === '' ? 'this cache' : layout.name} cannot be read. ${context.messageOf(error)} ${advice(error)}`;
    const isHopeless = layout.kind === 'metadataOnly' || reason !== 'corrupt';
    if (isHopeless && failed.length === workers.length) {
      throw new CacheError(reason, message, { cause: error });
    }
    context.notes.add({ severity: 'error', file: context.relative(layout.metadata), message });
  }
}
