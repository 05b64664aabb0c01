import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url));

/** Full path of a file under test/fixtures. */
export function fixturePath(...parts: string[]): string {
  return join(fixtures, ...parts);
}

/** The bytes of one of the damaged or unusual databases, by its name without endings. */
export function damagedDatabase(name: string): Buffer {
  return gunzipSync(readFileSync(fixturePath('bolt-damaged', `${name}.db.gz`)));
}

/** A folder for the files of one test file; `remove` it afterwards. */
export class ScratchFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'bolt-'));

  /** Writes a file and returns its full path. */
  write(name: string, bytes: Uint8Array): string {
    const path = join(this.path, name);
    writeFileSync(path, bytes);
    return path;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
