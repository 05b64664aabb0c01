import type { InventoryIndex } from './inventoryIndex';
import { perIndex } from './perIndex';
import type { CacheRecord } from './record';
import { sortRecords } from './sortRecords';
import { titleAt } from './titles';

/**
 * The records that contain `text`, without regard to case, in their id, their hidden twin's id, title, description,
 * type, snapshot id or one of their digests; in inventory order. Blank text is in none.
 */
export function searchRecords(index: InventoryIndex, text: string): number[] {
  const needle = needleOf(text);
  const found: number[] = [];
  if (needle === '') return found;
  const texts = foldedTexts(index);
  index.inventory.records.forEach((record, i) => {
    if (hasInTexts(texts, i, needle) || hasInNames(record, needle)) found.push(i);
  });
  return found;
}

/**
 * At most `limit` of the records that `searchRecords` finds, the likeliest first: the id begins with the text; the
 * title does; a word of the title does; it is elsewhere in the title; in the description; the rest. Among equals the
 * last used comes first. Blank text gives the last used of all records.
 */
export function rankRecords(index: InventoryIndex, text: string, limit: number): number[] {
  const needle = needleOf(text);
  if (needle === '') return [...sortRecords(index, 'lastUsed').subarray(0, limit)];
  const texts = foldedTexts(index);
  const byRank: number[][] = Array.from({ length: worstRank + 1 }, () => []);
  index.inventory.records.forEach((record, i) => {
    const rank = rankOf(record, texts, i, needle);
    if (rank !== undefined) byRank[rank].push(i);
  });
  const found: number[] = [];
  for (const equals of byRank) {
    if (found.length >= limit) break;
    found.push(...sortRecords(index, 'lastUsed', Uint32Array.from(equals)).subarray(0, limit - found.length));
  }
  return found;
}

function needleOf(text: string): string {
  return text.trim().toLowerCase();
}

/** The texts of each record in lower case, made once: descriptions can be a million characters long. */
interface FoldedTexts {
  readonly titles: readonly string[];
  readonly descriptions: readonly string[];
  /** Type, and those ids that have upper-case letters. */
  readonly names: readonly string[];
}

const foldedTexts = perIndex((index): FoldedTexts => {
  const { records } = index.inventory;
  return {
    titles: records.map((_, i) => titleAt(index, i).title.toLowerCase()),
    descriptions: records.map(({ description }) => description.toLowerCase()),
    names: records.map(foldedNames),
  };
});

/** Ids that BuildKit makes are lower case; only those of other writers are kept here, each on its line. */
function foldedNames({ type, id, twin = '', snapshotId }: CacheRecord): string {
  const isFolded = !hasUpperCase.test(id) && !hasUpperCase.test(twin) && !hasUpperCase.test(snapshotId);
  return isFolded ? type.toLowerCase() : [type, id, twin, snapshotId].join('\n').toLowerCase();
}

const hasUpperCase = /[A-Z\u0080-\uffff]/;

function hasInTexts({ titles, descriptions, names }: FoldedTexts, i: number, needle: string): boolean {
  return descriptions[i].includes(needle) || titles[i].includes(needle) || names[i].includes(needle);
}

/** Digests are lower case by their grammar. */
function hasInNames(record: CacheRecord, needle: string): boolean {
  return (
    record.id.includes(needle) ||
    record.snapshotId.includes(needle) ||
    has(record.twin, needle) ||
    has(record.chainId, needle) ||
    has(record.blobChainId, needle) ||
    has(record.diffId, needle) ||
    has(record.blob, needle)
  );
}

function has(name: string | undefined, needle: string): boolean {
  return name?.includes(needle) ?? false;
}

const worstRank = 5;

function rankOf(record: CacheRecord, texts: FoldedTexts, i: number, needle: string): number | undefined {
  if (record.id.startsWith(needle) || record.twin?.startsWith(needle) === true) return 0;
  if (texts.names[i].includes(`\n${needle}`)) return 0;
  const inTitle = texts.titles[i].indexOf(needle);
  if (inTitle === 0) return 1;
  if (inTitle > 0) return texts.titles[i].includes(` ${needle}`) ? 2 : 3;
  if (texts.descriptions[i].includes(needle)) return 4;
  return hasInTexts(texts, i, needle) || hasInNames(record, needle) ? worstRank : undefined;
}
