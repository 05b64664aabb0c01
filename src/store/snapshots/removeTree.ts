import { chmodSync, lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../files';
import type { Pacer } from './pacer';

/** Removes a folder and all in it; absent is fine. Folders that do not allow it are made to. */
export async function removeTree(root: string, pacer: Pacer): Promise<void> {
  // Folders whose contents are being removed, each after the one that it is in.
  const open: string[] = [];
  if (lstatSync(root, { throwIfNoEntry: false }) !== undefined) open.push(root);
  while (open.length > 0) {
    if (pacer.due) await pacer.pause();
    const folder = open[open.length - 1];
    const folders = emptyOfFiles(folder);
    open.push(...folders);
    if (folders.length > 0) continue;
    rmdirSync(folder);
    open.pop();
  }
}

/** Removes what is no folder and gives the folders that are left. */
function emptyOfFiles(folder: string): string[] {
  try {
    return unlinkFiles(folder);
  } catch (error) {
    const code = errorCode(error);
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
    chmodSync(folder, 0o700);
    return unlinkFiles(folder);
  }
}

function unlinkFiles(folder: string): string[] {
  const folders: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) folders.push(path);
    else unlinkSync(path);
  }
  return folders;
}
