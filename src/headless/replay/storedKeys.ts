import { storedKeys, type StoredForm } from '../../core/storedKeys';
import type { IndexedText, OtherValue, RecordChanges, RecordFields } from '../../store/metadataStore';

/** A record's fields as a trace shows them: by stored key, times in epoch milliseconds. */
export function toStoredKeys(fields: RecordFields): Record<string, unknown> {
  const stored: Record<string, unknown> = {};
  for (const [key, [field, form]] of Object.entries(storedKeys)) {
    const value = fields[field];
    if (value === undefined) continue;
    stored[key] = decode(value, form);
  }
  for (const [key, { json }] of Object.entries(fields.other ?? {})) stored[key] = JSON.parse(json);
  return stored;
}

function decode(value: unknown, form: StoredForm): unknown {
  // The form says which of the fields' types it is.
  if (form === 'time') return (value as { ms: number }).ms;
  if (form === 'text') return (value as IndexedText).value;
  return value;
}

/** The changes that make a record hold exactly what a trace shows. */
export function fromStoredKeys(stored: Readonly<Record<string, unknown>>): RecordChanges {
  const changes: Record<string, unknown> = {};
  for (const [field] of Object.values(storedKeys)) changes[field] = null;
  const other: Record<string, OtherValue> = {};
  for (const [key, value] of Object.entries(stored)) {
    if (key in storedKeys) changes[storedKeys[key][0]] = encode(value, storedKeys[key][1]);
    else other[key] = { json: JSON.stringify(value) };
  }
  return { ...changes, other };
}

function encode(value: unknown, form: StoredForm): unknown {
  if (form === 'time') return { ms: value, nanos: 0 };
  if (form === 'text') return { value };
  return value;
}
