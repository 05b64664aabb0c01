import { readBolt } from '../bolt/readBolt';
import type { BoltBucket } from '../bolt/bucket';
import { StoreError } from '../store/storeError';
import type { OtherValue } from '../store/metadataStore';

/** One record as BuildKit before v0.7 stored it. */
export interface RecordV1 {
  readonly id: string;
  /** By key; those that were cleared are left out. */
  readonly values: ReadonlyMap<string, OtherValue>;
  readonly external: ReadonlyMap<string, Uint8Array>;
}

/**
 * Reads a `metadata.db` of version 1, which is never changed. Records in order of id.
 * @throws BoltError; StoreError `corrupt` when a value is no JSON, as BuildKit's own opening fails then
 */
export function readMetadataV1(path: string): Promise<RecordV1[]> {
  return readBolt(path, (database) => {
    const main = database.root.bucket('_main');
    const external = database.root.bucket('_external');
    return bucketsOf(main).map(([id, bucket]): RecordV1 => {
      const values = new Map<string, OtherValue>();
      for (const [key, bytes] of valuesOf(bucket)) {
        if (bytes.length > 0) values.set(key, storedValue(id, key, bytes.toString('utf8')));
      }
      return { id, values, external: new Map(valuesOf(external?.bucket(id))) };
    });
  });
}

/** `{"value": ..., "index": ...}`: the value's own text is kept, because its numbers may be longer than ours. */
function storedValue(id: string, key: string, text: string): OtherValue {
  let parsed: { value?: unknown; index?: unknown };
  try {
    // Only its two properties are looked at, each by its type.
    parsed = JSON.parse(text) as typeof parsed;
  } catch (cause) {
    throw new StoreError('corrupt', `record ${id} holds no JSON under ${key}`, { id, cause });
  }
  const number = /^\{"value":(-?\d+)[,}]/.exec(text)?.[1];
  const json = number ?? JSON.stringify(parsed.value ?? null);
  return typeof parsed.index === 'string' && parsed.index !== '' ? { json, index: parsed.index } : { json };
}

function bucketsOf(bucket: BoltBucket | undefined): [string, BoltBucket][] {
  const found: [string, BoltBucket][] = [];
  const cursor = bucket?.cursor();
  while (cursor?.next() === true) if (cursor.isBucket) found.push([cursor.keyText(), cursor.bucket()]);
  return found;
}

function valuesOf(bucket: BoltBucket | undefined): [string, Buffer][] {
  const found: [string, Buffer][] = [];
  const cursor = bucket?.cursor();
  while (cursor?.next() === true) if (!cursor.isBucket) found.push([cursor.keyText(), cursor.value()]);
  return found;
}
