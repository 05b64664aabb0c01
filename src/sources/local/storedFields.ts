import { storedTexts } from '../../core/recordKeys';
import type { RecordFields } from '../../store/metadataStore';
import { StoredRecord } from '../buildkitRoot/storedRecord';

/** The fields of a record in the form that the rules on records are written for. */
export function storedRecordOf(id: string, fields: RecordFields): StoredRecord {
  const record = new StoredRecord(id);
  record.description = fields.description ?? '';
  record.type = fields.recordType ?? '';
  record.committed = fields.committed === true;
  record.equalMutable = textOf(fields.equalMutable);
  record.retained = fields.cachePolicy === 1;
  record.deleted = fields.deleted === true;
  record.size = fields.size === -1 ? undefined : fields.size;
  record.createdAt = fields.createdAt?.ms;
  record.createdAtNanos = fields.createdAt?.nanos ?? 0;
  record.lastUsedAt = fields.lastUsedAt?.ms;
  record.lastUsedAtNanos = fields.lastUsedAt?.nanos ?? 0;
  record.usageCount = fields.usageCount;
  record.parent = textOf(fields.parent);
  record.mergeParents = fields.mergeParents?.length === 0 ? undefined : fields.mergeParents;
  record.lowerParent = textOf(fields.lowerDiffParent);
  record.upperParent = textOf(fields.upperDiffParent);
  record.diffId = textOf(fields.diffId);
  record.chainId = textOf(fields.chainId);
  record.blobChainId = textOf(fields.blobChainId);
  record.blob = textOf(fields.blob);
  record.blobOnly = fields.blobOnly === true;
  record.mediaType = textOf(fields.mediaType);
  record.blobSize = fields.blobSize;
  record.snapshotId = textOf(fields.snapshotId) ?? id;
  record.imageRefs = fields.imageRefs;
  const texts = storedTexts(fields);
  if (Object.keys(texts).length > 0) record.attributes = texts;
  return record;
}

/** An empty text stands for an absent one. */
function textOf(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
