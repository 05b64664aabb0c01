import {
  formatAge,
  formatAgeInWords,
  formatBytes,
  formatCount,
  formatCountOf,
  formatExactTime,
} from './format';
import type { InventoryIndex } from './inventoryIndex';
import type { CacheRecord, RecordKind } from './record';
import { titleAt } from './titles';
import { ellipsize, visibleText } from './visibleText';
import { dropSentence, kindWord, typeWord } from './words';

/** A state of a record that is worth a sign of its own. */
export interface Mark {
  readonly name: 'inUse' | 'mutable' | 'shared' | 'lazy' | 'leased' | 'drops';
  /** One character, in the manner of the graph: dotted, hollow, double ... */
  readonly sign: string;
  /** What it means, in a few words. */
  readonly word: string;
}

/** What a row about a record shows; plain text throughout. */
export interface RecordRow {
  readonly title: string;
  /** The title's second line; may be empty. */
  readonly subtitle: string;
  /** The dimmed text behind the title: size, last use, use count. */
  readonly description: string;
  readonly marks: readonly Mark[];
  /** A small table for the tooltip. */
  readonly tooltip: readonly TooltipLine[];
  /** The row as one sentence, for being read out. */
  readonly accessibleLabel: string;
}

export interface TooltipLine {
  readonly label: string;
  readonly value: string;
}

/** What a record's icon tells: its type where that is special, else its kind. */
export type RecordIcon =
  'frontend' | 'internal' | 'localSource' | 'gitCheckout' | 'cacheMount' | 'unknownType' | RecordKind;

export function iconOf(record: CacheRecord): RecordIcon {
  switch (record.type) {
    case 'regular':
      return record.kind;
    case 'frontend':
    case 'internal':
      return record.type;
    case 'source.local':
      return 'localSource';
    case 'source.git.checkout':
      return 'gitCheckout';
    case 'exec.cachemount':
      return 'cacheMount';
    default:
      return 'unknownType';
  }
}

const tooltipDescription = 500;

/** The texts of a record's row; `now` in epoch ms is what ages are counted from. */
export function recordRow(index: InventoryIndex, recordIndex: number, now: number): RecordRow {
  const record = index.inventory.records[recordIndex];
  const { title, subtitle } = titleAt(index, recordIndex);
  const marks = marksOf(record);
  return {
    title,
    subtitle,
    description: [formatBytes(record.size), ...usage(record, now)].join(' · '),
    marks,
    tooltip: tooltip(index, recordIndex, marks, now),
    accessibleLabel: sentence([
      title,
      subtitle,
      kindAndType(record),
      record.size === undefined ? 'size unknown' : formatBytes(record.size),
      isNeverUsed(record) ? 'never used' : `used ${formatCountOf(record.usageCount, 'time')}`,
      record.lastUsedAt === undefined ? '' : `last ${formatAgeInWords(record.lastUsedAt, now)}`,
      ...marks.map(({ word }) => word),
    ]),
  };
}

/** The parts that say something, each once. */
function sentence(parts: readonly string[]): string {
  return [...new Set(parts)].filter((part) => part !== '').join(', ');
}

/** The marks of a record, the most telling first. Facts that are unknown have none. */
export function marksOf(record: CacheRecord): readonly Mark[] {
  const marks: Mark[] = [];
  if (record.dropsAtStart !== undefined) {
    marks.push({ name: 'drops', sign: '✕', word: 'dropped at next start' });
  }
  if (record.inUse === true) marks.push({ name: 'inUse', sign: '◉', word: 'in use' });
  if (record.mutable) marks.push({ name: 'mutable', sign: '◌', word: 'mutable' });
  if (record.shared === true) marks.push({ name: 'shared', sign: '◎', word: 'shared with an image' });
  if (record.lazy === true) marks.push({ name: 'lazy', sign: '○', word: 'lazy' });
  if (record.leases.length > 0) {
    marks.push({
      name: 'leased',
      sign: '◆',
      word: `held by ${formatCountOf(record.leases.length, 'lease')}`,
    });
  }
  return marks;
}

/** "layer, cache mount"; regular is not worth saying. */
export function kindAndType(record: CacheRecord): string {
  const kind = kindWord(record.kind, record.parents.length);
  return record.type === 'regular' ? kind : `${kind}, ${typeWord(record.type)}`;
}

/** BuildKit counts and stamps uses together, so no count means never. */
function isNeverUsed(record: CacheRecord): boolean {
  return record.usageCount === 0 && record.lastUsedAt === undefined;
}

function usage(record: CacheRecord, now: number): readonly string[] {
  if (isNeverUsed(record)) return ['never used'];
  return [formatAge(record.lastUsedAt, now), `×${formatCount(record.usageCount)}`];
}

function tooltip(
  index: InventoryIndex,
  recordIndex: number,
  marks: readonly Mark[],
  now: number,
): readonly TooltipLine[] {
  const record = index.inventory.records[recordIndex];
  const raw = ellipsize(visibleText(record.description.slice(0, 2 * tooltipDescription)), tooltipDescription);
  const time = (at: number | undefined, nanos: number | undefined) =>
    at === undefined ? 'unknown' : `${formatAge(at, now)} (${formatExactTime(at, nanos)})`;
  const size =
    record.size === undefined
      ? `unknown${record.sizeUnknown === undefined ? '' : `: ${record.sizeUnknown}`}`
      : `${formatBytes(record.size)} (${formatCountOf(record.size, 'byte')})`;
  const lines: (readonly [label: string, value: string | undefined])[] = [
    ['Description', raw === '' ? undefined : raw],
    ['Kind', kindAndType(record)],
    ['Size', size],
    ['Last used', isNeverUsed(record) ? 'never' : time(record.lastUsedAt, record.lastUsedAtNanos)],
    ['Used', formatCountOf(record.usageCount, 'time')],
    ['Created', time(record.createdAt, record.createdAtNanos)],
    ['State', marks.length === 0 ? undefined : marks.map(({ word }) => word).join(', ')],
    ['Dropped', record.dropsAtStart === undefined ? undefined : dropSentence(record.dropsAtStart)],
    ['Children', formatCount(index.children(recordIndex).length)],
    ['ID', record.id],
  ];
  return lines.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }]));
}
