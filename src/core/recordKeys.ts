import type { RecordChanges, RecordFields } from '../store/metadataStore';

/** Fields that other parts of BuildKit keep with a record, by the key they are stored under. */
const textFields = new Map<string, 'sharedKey' | 'cacheDir' | 'gitRemote' | 'gitSnapshot' | 'httpChecksum'>([
  ['local.sharedKey', 'sharedKey'],
  ['cache-dir', 'cacheDir'],
  ['git-remote', 'gitRemote'],
  ['git-snapshot', 'gitSnapshot'],
  ['http.checksum', 'httpChecksum'],
]);
const plainFields = new Map<string, 'etag' | 'httpModified'>([
  ['etag', 'etag'],
  ['http.modtime', 'httpModified'],
]);

/** The text stored under `key`, with its index. */
export function textUnder(
  fields: RecordFields,
  key: string,
): { readonly value: string; readonly index?: string } | undefined {
  const field = textFields.get(key);
  if (field !== undefined) return fields[field];
  const plain = plainFields.get(key);
  const text = plain && fields[plain];
  if (text !== undefined) return { value: text };
  const other = fields.other?.[key];
  if (other === undefined) return undefined;
  const value: unknown = JSON.parse(other.json);
  return typeof value === 'string' ? { value, index: other.index } : undefined;
}

/** The change that stores a text under `key`, to be found by `index`; null clears it. */
export function textChange(key: string, value: string | null, index?: string): RecordChanges {
  const field = textFields.get(key);
  if (field !== undefined) return { [field]: value === null ? null : { value, ...(index && { index }) } };
  const plain = plainFields.get(key);
  if (plain !== undefined && !index) return { [plain]: value };
  const other = value === null ? null : { json: JSON.stringify(value), ...(index && { index }) };
  return { other: { [key]: other } };
}

/** What is stored of a record beside its own facts, as text by key; what is not text is JSON. */
export function storedTexts(fields: RecordFields): Readonly<Record<string, string>> {
  const texts = new Map<string, string>();
  for (const [key, field] of textFields) {
    const text = fields[field];
    if (text !== undefined) texts.set(key, text.value);
  }
  for (const [key, field] of plainFields) {
    const text = fields[field];
    if (text !== undefined) texts.set(key, text);
  }
  for (const [key, { json }] of Object.entries(fields.other ?? {})) {
    const value: unknown = JSON.parse(json);
    texts.set(key, typeof value === 'string' ? value : json);
  }
  return Object.fromEntries(texts);
}
