import { join } from 'node:path';
import { errorCode, replaceFile, type Files } from './files';
import { StoreError } from './storeError';

/** What `store.json` says. It is written last when a store is made, so a folder without it is half made, or no store. */
export interface StoreFormat {
  readonly format: number;
}

export const storeFormatVersion = 1;
const fileName = 'store.json';
/** What may stand in a folder in which the making of a store was cut short. */
const ownNames = /^(store\.json.*|metadata\..*|lock.*|content|snapshots)$/;

/**
 * Whether there is a whole store in the folder; false for a folder where one can be made.
 * @throws StoreError `invalid` (other things are there), `newerVersion`, `corrupt`
 */
export async function hasStore(files: Files, folder: string): Promise<boolean> {
  let text: string;
  try {
    text = Buffer.from(await files.readFile(join(folder, fileName))).toString();
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' && errorCode(error) !== 'ENOTDIR') throw error;
    await requireRoom(files, folder);
    return false;
  }
  const format = parse(text);
  if (format === undefined) throw new StoreError('corrupt', `${fileName} in ${folder} cannot be read`);
  if (format > storeFormatVersion) {
    throw new StoreError(
      'newerVersion',
      `The store in ${folder} was made by a newer version (format ${format})`,
    );
  }
  return true;
}

export async function writeStoreFormat(files: Files, folder: string): Promise<void> {
  const format: StoreFormat = { format: storeFormatVersion };
  await replaceFile(files, folder, join(folder, fileName), Buffer.from(`${JSON.stringify(format)}\n`), 0o644);
}

async function requireRoom(files: Files, folder: string): Promise<void> {
  let names: string[];
  try {
    names = await files.list(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw new StoreError('invalid', `${folder} is not a folder`, { cause: error, id: folder });
  }
  const foreign = names.find((name) => !ownNames.test(name));
  if (foreign === undefined) return;
  throw new StoreError('invalid', `${folder} is not a store and holds other things, such as ${foreign}`, {
    id: folder,
  });
}

function parse(text: string): number | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('format' in value)) return undefined;
    return Number.isSafeInteger(value.format) ? Number(value.format) : undefined;
  } catch {
    return undefined;
  }
}
