import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Makes an empty folder under the system's temporary folder; it is removed when this process ends.
 * @param {string} name what it is for, part of the folder's name
 * @returns {string} its absolute path, free of symbolic links
 */
export function temporaryFolder(name) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `build-cache-inspector-${name}-`)));
  process.once('exit', () => removeFolder(folder));
  return folder;
}

/**
 * Removes a folder and all in it. One that something still writes to is left for the system to clear.
 * @param {string} folder
 */
export function removeFolder(folder) {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // A temporary folder that stays behind is not worth a failed run.
  }
}
