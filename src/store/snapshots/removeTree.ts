import { chmod, readdir, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../files';

/** Removes a folder and all in it; absent is fine. Folders that do not allow it are made to. */
export async function removeTree(root: string): Promise<void> {
  // Folders that are being emptied, each behind the one that it is in.
  const open = [root];
  for (let folder = open.at(-1); folder !== undefined; folder = open.at(-1)) {
    const folders = await emptyOfFiles(folder);
    open.push(...folders);
    if (folders.length > 0) continue;
    open.pop();
    await ignoring('ENOENT', rmdir(folder));
  }
}

/** Removes what is no folder and gives the folders that are left. */
async function emptyOfFiles(folder: string): Promise<string[]> {
  try {
    return await unlinkFiles(folder);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return [];
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
    await chmod(folder, 0o700);
    return unlinkFiles(folder);
  }
}

async function unlinkFiles(folder: string): Promise<string[]> {
  const folders: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) folders.push(path);
    else await ignoring('ENOENT', unlink(path));
  }
  return folders;
}

async function ignoring(code: string, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (errorCode(error) !== code) throw error;
  }
}
