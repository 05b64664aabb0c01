import type { BoltBucket } from '../../bolt/bucket';
import type { BoltDatabase } from '../../bolt/database';
import type { SolverKey, SolverLink, SolverResult } from '../../model/inventory';
import type { NoteList } from './noteList';
import type { ReadContext } from './readContext';

/**
 * Reads the solver's cache, `cache.db`: `_links` has a bucket for each key, `_result` the results of the keys that have any. A result's
 * id is `<worker id>::<record id>`. Entries that a release left behind are kept: they are what the database holds.
 */
export async function readSolverKeys(
  database: BoltDatabase,
  context: ReadContext,
  notes: NoteList,
): Promise<SolverKey[]> {
  const results = new Map<string, SolverResult[]>();
  const keys: SolverKey[] = [];
  const unreadable = (what: string): void =>
    notes.addOneOfMany('solver entries that cannot be read', {
      severity: 'warning',
      file: context.relative(database.path),
      message: `A ${what} of the solver's cache cannot be read; it is left out.`,
    });
  for (const { id, bucket } of keyBuckets(database.root.bucket('_result'))) {
    results.set(
      id,
      readResults(bucket, () => unreadable('result')),
    );
    if (context.pacer.due) {
      await context.pacer.pause();
    }
  }
  for (const { id, bucket } of keyBuckets(database.root.bucket('_links'))) {
    const links = readLinks(bucket, () => unreadable('link'));
    keys.push({ id, results: results.get(id) ?? [], links });
    results.delete(id);
    if (context.pacer.due) {
      await context.pacer.pause();
    }
  }
  for (const [id, ofKey] of results) {
    keys.push({ id, results: ofKey, links: [] });
  }
  return keys;
}

function* keyBuckets(bucket: BoltBucket | undefined): Generator<{ id: string; bucket: BoltBucket }> {
  const cursor = bucket?.cursor();
  while (cursor?.next()) {
    if (cursor.isBucket) {
      yield { id: cursor.keyText(), bucket: cursor.bucket() };
    }
  }
}

function readResults(bucket: BoltBucket, unreadable: () => void): SolverResult[] {
  const results: SolverResult[] = [];
  const cursor = bucket.cursor();
  while (cursor.next()) {
    const text = cursor.keyText();
    const at = text.indexOf('::');
    if (at === -1) {
      unreadable();
      continue;
    }
    const stored = parseObject(cursor.page.toString('utf8', cursor.valueStart, cursor.valueEnd));
    const createdAt = typeof stored?.CreatedAt === 'string' ? Date.parse(stored.CreatedAt) : NaN;
    results.push({
      workerId: text.slice(0, at),
      recordId: text.slice(at + 2),
      createdAt: Number.isNaN(createdAt) ? undefined : createdAt,
    });
  }
  return results;
}

/** The keys of a link bucket are `<link as JSON>@<id of the key it leads to>`. */
function readLinks(bucket: BoltBucket, unreadable: () => void): SolverLink[] {
  const links: SolverLink[] = [];
  const cursor = bucket.cursor();
  while (cursor.next()) {
    const text = cursor.keyText();
    const at = text.lastIndexOf('@');
    const link = at === -1 ? undefined : parseObject(text.slice(0, at));
    if (link === undefined) {
      unreadable();
      continue;
    }
    links.push({
      target: text.slice(at + 1),
      input: numberOr0(link.Input),
      output: numberOr0(link.Output),
      digest: textOrEmpty(link.Digest),
      selector: textOrEmpty(link.Selector),
    });
  }
  return links;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Zero and empty fields are left out when a link is stored. */
function numberOr0(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

function textOrEmpty(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
