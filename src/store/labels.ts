import { StoreError } from './storeError';

/** Labels of a content, snapshot or lease. A value is never empty: storing `""` removes the label. */
export type Labels = Readonly<Record<string, string>>;

/** Labels to change one by one: a value sets, `""` or `null` removes. */
export type LabelChanges = Readonly<Record<string, string | null>>;

/** Key and value together, in bytes (containerd's limit). */
const maxLabelBytes = 4096;

/** What may be stored of these labels. @throws StoreError `invalid` for one that is too long */
export function storableLabels(labels: Labels): [key: string, value: string][] {
  return Object.entries(labels).filter(([key, value]) => {
    if (Buffer.byteLength(key) + Buffer.byteLength(value) > maxLabelBytes) {
      const shown = key.length > 64 ? `${key.slice(0, 64)}...` : key;
      throw new StoreError('invalid', `The label ${shown} is longer than ${maxLabelBytes} bytes`);
    }
    return value !== '';
  });
}

/** The labels after the changes. */
export function changeLabels(labels: Labels, changes: LabelChanges): Labels {
  const changed = new Map(Object.entries(labels));
  for (const [key, value] of Object.entries(changes)) {
    if (value === null || value === '') changed.delete(key);
    else changed.set(key, value);
  }
  return Object.fromEntries(changed);
}

/** How a filter reads `labels.<key>`; a key may contain dots, so the rest of the path is put together again. */
export function readLabel(labels: Labels, path: readonly string[]): string | undefined {
  const key = path.slice(1).join('.');
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}
