import { readdir } from 'node:fs/promises';

/** Files of a store's database: enough to know a store by, be it half made. */
const databaseFiles = ['metadata.sqlite', 'metadata.journal'];
const formatFile = 'store.json';

/** Whether a folder holds a local store, by the names in it; `halfMade` when the making of one was cut short. */
export async function storeIn(path: string): Promise<'whole' | 'halfMade' | undefined> {
  let names: string[];
  try {
    names = await readdir(path);
  } catch {
    return undefined;
  }
  const hasDatabase = databaseFiles.some((name) => names.includes(name));
  if (names.includes(formatFile) && (hasDatabase || names.includes('snapshots'))) return 'whole';
  return hasDatabase ? 'halfMade' : undefined;
}
