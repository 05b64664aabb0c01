import type { ParentLink } from '../../model/record';
import { usageOf } from '../../core/cacheRecord';
import { storedTexts } from '../../core/recordKeys';
import type { RecordFields } from '../../store/metadataStore';
import { IdTable } from '../buildkitRoot/idTable';
import { recordDraft, type RecordDraft, type StoredRecords } from '../buildkitRoot/recordDraft';

/** The records of a store in the form that the rules on records are written for. */
export function storedRecords(all: Iterable<readonly [id: string, fields: RecordFields]>): StoredRecords {
  const records: RecordDraft[] = [];
  const ids = new IdTable();
  const numbers: number[] = [];
  const holders: number[] = [];
  const parents: number[] = [];
  const parentEnds: number[] = [];
  const blobOnly = new Set<RecordDraft>();
  for (const [id, fields] of all) {
    const record = draftOf(id, fields);
    const holder = textOf(fields.equalMutable);
    records.push(record);
    numbers.push(ids.numberOf(id));
    holders.push(holder === undefined ? -1 : ids.numberOf(holder));
    for (const link of record.parents) parents.push(ids.numberOf(link.id));
    parentEnds.push(parents.length);
    if (fields.blobOnly === true) blobOnly.add(record);
  }
  return { records, ids, numbers, holders, parents, parentEnds, blobOnly };
}

function draftOf(id: string, fields: RecordFields): RecordDraft {
  const usage = usageOf(fields);
  const texts = storedTexts(fields);
  const parents = parentsOf(fields);
  const role = parents.at(0)?.role;
  const kind = role === 'lower' || role === 'upper' ? 'diff' : (role ?? 'base');
  return {
    ...recordDraft(id),
    kind,
    type: textOf(fields.recordType) ?? 'regular',
    description: fields.description ?? '',
    parents,
    mutable: fields.committed !== true && kind !== 'merge' && kind !== 'diff',
    size: fields.size === -1 ? undefined : fields.size,
    createdAt: fields.createdAt?.ms,
    createdAtNanos: fields.createdAt?.nanos,
    lastUsedAt: usage.at?.ms,
    lastUsedAtNanos: usage.at?.nanos,
    usageCount: usage.count,
    chainId: textOf(fields.chainId),
    blobChainId: textOf(fields.blobChainId),
    diffId: textOf(fields.diffId),
    blob: textOf(fields.blob),
    mediaType: textOf(fields.mediaType),
    blobSize: fields.blobSize,
    snapshotId: textOf(fields.snapshotId) ?? id,
    retained: fields.cachePolicy === 1,
    deleted: fields.deleted === true,
    imageRefs: fields.imageRefs ?? [],
    attributes: Object.keys(texts).length === 0 ? undefined : texts,
  };
}

function parentsOf(fields: RecordFields): ParentLink[] {
  const { parent, mergeParents = [], lowerDiffParent, upperDiffParent } = fields;
  if (parent) return [{ id: parent, role: 'layer' }];
  if (mergeParents.length > 0) return mergeParents.map((id, position) => ({ id, role: 'merge', position }));
  const links: ParentLink[] = [];
  if (lowerDiffParent) links.push({ id: lowerDiffParent, role: 'lower' });
  if (upperDiffParent) links.push({ id: upperDiffParent, role: 'upper' });
  return links;
}

/** An empty text stands for an absent one. */
function textOf(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
