import { join } from 'node:path';
import { errorCode, syncFolder, type Files } from '../files';
import { fileError } from '../fileError';
import { isAlgorithm, requireDigest } from './digest';
import { KeyedMutex } from './keyedMutex';

/** The files of finished blobs, `<root>/blobs/<algorithm>/<hex>`. They belong to no namespace. */
export class BlobFiles {
  /** Publishing and removing one blob exclude each other. */
  private readonly mutex = new KeyedMutex();
  private readonly folders = new Set<string>();

  constructor(
    readonly files: Files,
    private readonly root: string,
  ) {}

  path(digest: string): string {
    const { algorithm, encoded } = requireDigest(digest);
    return join(this.root, 'blobs', algorithm, encoded);
  }

  /** Bytes of the file; undefined when there is none. */
  async size(digest: string): Promise<number | undefined> {
    try {
      return (await this.files.stat(this.path(digest))).size;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw fileError(`Looking at ${digest}`, error);
    }
  }

  /**
   * Moves a complete, synced file to its place and then runs `record`, with no removal in between.
   * @param data undefined when the bytes are there already
   */
  async publish<T>(digest: string, data: string | undefined, record: () => T): Promise<T> {
    return this.mutex.run(digest, async () => {
      if (data !== undefined) {
        const folder = await this.folder(digest);
        await this.files.chmod(data, 0o444);
        await this.files.rename(data, this.path(digest));
        await syncFolder(this.files, folder);
      }
      return record();
    });
  }

  /** Removes the bytes unless `needed` says so at the last moment. Whether they went. */
  async remove(digest: string, needed: () => boolean): Promise<boolean> {
    return this.mutex.run(digest, async () => {
      if (needed()) return false;
      await this.files.remove(this.path(digest));
      return true;
    });
  }

  /** Digests of all files that bear the name of one. */
  async list(): Promise<string[]> {
    const digests: string[] = [];
    for (const algorithm of await this.names('blobs')) {
      if (!isAlgorithm(algorithm)) continue;
      for (const encoded of await this.names(join('blobs', algorithm))) {
        const digest = `${algorithm}:${encoded}`;
        if (isDigest(digest)) digests.push(digest);
      }
    }
    return digests;
  }

  private async names(folder: string): Promise<string[]> {
    try {
      return await this.files.list(join(this.root, folder));
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    }
  }

  private async folder(digest: string): Promise<string> {
    const folder = join(this.root, 'blobs', requireDigest(digest).algorithm);
    if (!this.folders.has(folder)) {
      await this.files.makeFolder(folder);
      await syncFolder(this.files, join(this.root, 'blobs'));
      this.folders.add(folder);
    }
    return folder;
  }
}

function isDigest(text: string): boolean {
  try {
    requireDigest(text);
    return true;
  } catch {
    return false;
  }
}
