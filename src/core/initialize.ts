import { type CacheRecord, parentFields } from './cacheRecord';
import type { Core } from './core';
import type { CreateOptions } from './options';
import type { RecordFields } from '../store/metadataStore';

/**
 * Writes what a record begins with, once: parents, creation time and what its maker says of it, with `more`. A record that
 * has a creation time is left as it is.
 */
export function initialize(
  core: Core,
  record: CacheRecord,
  options: CreateOptions,
  more: Partial<RecordFields> = {},
): void {
  if (record.fields.createdAt === undefined) {
    core.put(record, {
      ...parentFields(record.parents),
      createdAt: options.createdAt ?? core.clock.now(),
      ...(options.description && { description: options.description }),
      ...(options.recordType && { recordType: options.recordType }),
      ...(options.retain === true && { cachePolicy: 1 }),
      ...more,
    });
  }
}

/** Adds the name of an image that the record came from; one it has already is not added. */
export function appendImageRef(core: Core, record: CacheRecord, imageRef: string | undefined): void {
  const known = record.fields.imageRefs ?? [];
  if (imageRef && !known.includes(imageRef)) core.put(record, { imageRefs: [...known, imageRef] });
}
