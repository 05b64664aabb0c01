import { storedAttributes } from './attributes';
import type { Fact } from './details';
import {
  formatAge,
  formatBytes,
  formatCount,
  formatCountOf,
  formatExactTime,
  shortDigest,
  shortId,
  unknownText,
} from './format';
import type { InventoryIndex } from './inventoryIndex';
import { absence } from './absence';
import type { CacheRecord } from './record';
import { ellipsize, visibleText } from './visibleText';
import { kindWord, typeWord } from './words';

/** The longest value shown; longer ones are whole on hover and when copied. */
const maximumValue = 200;

/** The most attributes and image references shown. */
const maximumRepeated = 50;

/** The two-column facts of a record: what it is, what it takes, its times, its state, its digests, where it lies. */
export function recordFacts(index: InventoryIndex, record: CacheRecord, now: number): readonly Fact[] {
  return [
    { label: 'ID', value: record.id, copy: record.id },
    { label: 'Kind', value: kindWord(record.kind, record.parents.length) },
    { label: 'Type', value: typeWord(record.type), hover: record.type, copy: record.type },
    sizeFact(record),
    ...usageFacts(record, now),
    ...stateFacts(record),
    ...digestFacts(index, record),
    snapshotFact(index, record),
    workerFact(index, record),
    ...record.imageRefs.slice(0, maximumRepeated).map((reference) => textFact('Image', reference)),
    ...storedAttributes(record)
      .slice(0, maximumRepeated)
      .map(({ label, value }) => textFact(label, value)),
  ];
}

function sizeFact({ size, sizeUnknown }: CacheRecord): Fact {
  if (size === undefined) {
    return { label: 'Size', value: unknownText, hover: sizeUnknown ?? 'The cache does not tell the size.' };
  }
  return { label: 'Size', value: formatBytes(size), hover: formatCountOf(size, 'byte'), copy: String(size) };
}

function usageFacts(record: CacheRecord, now: number): readonly Fact[] {
  const isNeverUsed = record.usageCount === 0 && record.lastUsedAt === undefined;
  const lastUsed = timeFact('Last used', record.lastUsedAt, record.lastUsedAtNanos, now);
  return [
    timeFact('Created', record.createdAt, record.createdAtNanos, now),
    isNeverUsed ? { label: 'Last used', value: 'never' } : lastUsed,
    { label: 'Uses', value: formatCount(record.usageCount) },
  ];
}

function timeFact(label: string, time: number | undefined, nanos: number | undefined, now: number): Fact {
  if (time === undefined) return { label, value: unknownText, hover: 'The cache does not tell when.' };
  const exact = formatExactTime(time, nanos);
  return { label, value: formatAge(time, now), hover: exact, copy: exact };
}

function stateFacts(record: CacheRecord): readonly Fact[] {
  const facts = [
    yesNoFact(
      'In use',
      record.inUse,
      'Only a running daemon knows: what uses a record is held in its memory.',
    ),
    yesNoFact('Shared', record.shared, 'The images of the engine cannot be seen from here.'),
    yesNoFact('Lazy', record.lazy, 'The content store cannot be seen from here.'),
    yesNoFact('Mutable', record.mutable, ''),
    record.retained
      ? { label: 'Cache policy', value: 'retain', hover: 'Kept after its last use ends, until it is pruned.' }
      : {
          label: 'Cache policy',
          value: 'default',
          hover: 'A mutable record goes when its last use ends, unless its immutable half is retained.',
        },
  ];
  if (record.deleted) facts.push({ label: 'Deleted', value: 'marked' });
  if (record.twin === undefined) return facts;
  const hover = `${record.twin}: the immutable record made from this one, which has not been finalized yet.`;
  return [...facts, { label: 'Equal immutable', value: shortId(record.twin), hover, copy: record.twin }];
}

function yesNoFact(label: string, value: boolean | undefined, reason: string): Fact {
  if (value === undefined) return { label, value: unknownText, hover: reason };
  return { label, value: value ? 'yes' : 'no' };
}

function digestFacts(index: InventoryIndex, record: CacheRecord): readonly Fact[] {
  const facts: Fact[] = [];
  const digest = (label: string, value: string | undefined) => {
    if (value !== undefined) facts.push({ label, value: shortDigest(value), hover: value, copy: value });
  };
  digest('Chain ID', record.chainId);
  digest('Blob chain ID', record.blobChainId);
  digest('Diff ID', record.diffId);
  digest('Blob', record.blob);
  if (record.blob !== undefined) facts.push(presenceFact(index, record));
  if (record.blobSize !== undefined) {
    const hover = formatCountOf(record.blobSize, 'byte');
    facts.push({ label: 'Blob size', value: formatBytes(record.blobSize), hover });
  }
  if (record.mediaType !== undefined) facts.push(textFact('Media type', record.mediaType));
  return facts;
}

function presenceFact(index: InventoryIndex, record: CacheRecord): Fact {
  const label = 'Blob present';
  const present = index.blobOf(record)?.present;
  if (present !== undefined) return yesNoFact(label, present, '');
  return yesNoFact(
    label,
    record.lazy === true ? false : undefined,
    'The content store cannot be seen from here.',
  );
}

function snapshotFact(index: InventoryIndex, record: CacheRecord): Fact {
  const snapshot = index.snapshotOf(record);
  const named = { label: 'Snapshot', hover: record.snapshotId, copy: record.snapshotId };
  if (snapshot !== undefined) {
    const { kind, directory, size } = snapshot;
    const parts = [
      shortId(snapshot.key),
      kind,
      directory === undefined ? undefined : `directory ${directory}`,
      size === undefined ? undefined : formatBytes(size),
    ];
    return { ...named, value: parts.filter((part) => part !== undefined).join(' · ') };
  }
  return { ...named, value: `${shortId(record.snapshotId)} · ${absence(index.inventory, 'snapshots')}` };
}

function workerFact(index: InventoryIndex, record: CacheRecord): Fact {
  const worker = index.inventory.workers.at(record.worker);
  const name = worker?.name === '' ? worker.snapshotter : worker?.name;
  return { label: 'Worker', value: name ?? worker?.id ?? unknownText, hover: worker?.id, copy: worker?.id };
}

function textFact(label: string, text: string): Fact {
  return {
    label,
    value: ellipsize(visibleText(text.slice(0, 2 * maximumValue)), maximumValue),
    hover: text,
    copy: text,
  };
}
