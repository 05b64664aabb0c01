import { cacheMountId } from './attributes';
import { readDescription, type TwoLines } from './description';
import { formatCount, shortId } from './format';
import type { CacheRecord, ParentRole } from './record';
import { ellipsize, visibleText } from './visibleText';

/** How a record is called in rows, cards and headings: plain text, one line each. */
export interface RecordTitle {
  /** What the person wrote, at most 120 characters; never empty. */
  readonly title: string;
  /** Where it is from or which step it was, at most 120 characters; may be empty. */
  readonly subtitle: string;
}

/** Finds a parent by id; for the titles of merges and diffs, which are told by what they are made of. */
export type RecordLookup = (id: string) => CacheRecord | undefined;

/** The title of a record of which nothing is told. */
export const noDescription = '(no description)';

const maximumTitle = 120;

/** How much of a description is read; what cards and rows can show fits many times. */
const maximumRead = 2000;

/** How many steps down the titles of parents are made from those of their own parents. */
const maximumDepth = 2;

/** How many inputs of a merge its second line names. */
const maximumInputs = 5;

/**
 * The title of a record: its description as the Dockerfile says it, and for merges and diffs without a step's name
 * what they are made of. Without `lookUp` parents are told by their short ids.
 */
export function recordTitle(record: CacheRecord, lookUp?: RecordLookup): RecordTitle {
  return titleAt(record, lookUp, 0);
}

function titleAt(record: CacheRecord, lookUp: RecordLookup | undefined, depth: number): RecordTitle {
  const parentTitle: ParentTitle = (id) => {
    const parent = depth < maximumDepth ? lookUp?.(id) : undefined;
    return parent === undefined ? shortId(id) : titleAt(parent, lookUp, depth + 1).title;
  };
  const { title, subtitle } = twoLines(record, parentTitle);
  const shownTitle = ellipsize(visibleText(title), maximumTitle);
  if (shownTitle === '') return { title: noDescription, subtitle: shortId(record.id) };
  return { title: shownTitle, subtitle: ellipsize(visibleText(subtitle), maximumTitle) };
}

type ParentTitle = (id: string) => string;

function twoLines(record: CacheRecord, parentTitle: ParentTitle): TwoLines {
  const description = boundedDescription(record.description);
  if (record.kind === 'merge') return mergeLines(record, description, parentTitle);
  if (record.kind === 'diff' && (description === '' || description.startsWith('diff '))) {
    return diffLines(record, parentTitle);
  }
  if (description === '') return { title: '', subtitle: '' };
  const read = readDescription(description);
  if (record.type === 'frontend') return { ...read, title: read.title.replace(/^FROM /, 'syntax ') };
  if (record.type === 'exec.cachemount') return cacheMountLines(record, read);
  return read;
}

/** The beginning of a description, and its end, where a cache mount has its id. */
function boundedDescription(description: string): string {
  const text = description.trim();
  if (text.length <= maximumRead) return text;
  return `${text.slice(0, maximumRead)}…${text.slice(-maximumRead / 2)}`;
}

function mergeLines(record: CacheRecord, description: string, parentTitle: ParentTitle): TwoLines {
  const merge = `merge of ${record.parents.length}`;
  if (description === '' || description.startsWith('merge ')) {
    const inputs = record.parents.slice(0, maximumInputs).map(({ id }) => parentTitle(id));
    const more = record.parents.length - inputs.length;
    if (more > 0) inputs.push(`${formatCount(more)} more`);
    return { title: merge, subtitle: inputs.join(' + ') };
  }
  const { title, subtitle } = readDescription(description);
  return { title, subtitle: subtitle === '' ? merge : `${subtitle} · ${merge}` };
}

function diffLines(record: CacheRecord, parentTitle: ParentTitle): TwoLines {
  const side = (role: ParentRole) => {
    const link = record.parents.find((parent) => parent.role === role);
    return link === undefined ? undefined : parentTitle(link.id);
  };
  const lower = side('lower');
  return {
    title: `diff ${side('upper') ?? 'to nothing'}`,
    subtitle: lower === undefined ? '' : `against ${lower}`,
  };
}

/** Older versions of BuildKit (v0.11 is one) leave the id of a cache mount out of its description. */
function cacheMountLines(record: CacheRecord, read: TwoLines): TwoLines {
  const id = cacheMountId(record);
  if (id === undefined || read.subtitle.startsWith('id ') || read.title.endsWith(` ${id}`)) return read;
  return { ...read, subtitle: `id ${id}` };
}
