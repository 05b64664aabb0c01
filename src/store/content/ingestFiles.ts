import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { formatTimestamp, type Clock, type Timestamp } from '../clock';
import { errorCode, writeFully, type Files, type OpenFile } from '../files';

/** What the files of an upload say. */
export interface IngestState {
  readonly ref: string;
  readonly offset: number;
  readonly total?: number;
  readonly startedAt: Timestamp;
  readonly updatedAt: Timestamp;
}

/**
 * Uploads under way, one folder each as containerd's content store has them: `<root>/ingest/<SHA-256 of the ref>/` with
 * `ref`, `data`, `startedat`, `updatedat` and, where it is known, `total`.
 */
export class IngestFiles {
  constructor(
    private readonly files: Files,
    private readonly root: string,
    private readonly clock: Clock,
  ) {}

  folder(ref: string): string {
    return join(this.root, 'ingest', createHash('sha256').update(ref).digest('hex'));
  }

  data(ref: string): string {
    return join(this.folder(ref), 'data');
  }

  /** An open data file; one that is there is gone on with if it is in order and expects as many bytes, else made anew. */
  async open(ref: string, total: number | undefined): Promise<OpenFile> {
    const state = await this.state(ref);
    if (state !== undefined && (total === undefined || state.total === undefined || state.total === total)) {
      await this.touch(ref);
      return this.files.open(this.data(ref), 'r+');
    }
    const folder = this.folder(ref);
    await this.files.remove(folder);
    await this.files.makeFolder(folder);
    await this.write(join(folder, 'ref'), ref);
    await this.write(join(folder, 'startedat'), this.now());
    await this.touch(ref);
    if (total !== undefined) await this.write(join(folder, 'total'), String(total));
    return this.files.open(this.data(ref), 'w+', 0o600);
  }

  async touch(ref: string): Promise<void> {
    await this.write(join(this.folder(ref), 'updatedat'), this.now());
  }

  /** Undefined when there is no such upload, or only a part of one that cannot be gone on with. */
  async state(ref: string): Promise<IngestState | undefined> {
    const folder = this.folder(ref);
    const stored = await this.text(join(folder, 'ref'));
    const startedAt = parseTime(await this.text(join(folder, 'startedat')));
    const updatedAt = parseTime(await this.text(join(folder, 'updatedat')));
    if (stored !== ref || startedAt === undefined || updatedAt === undefined) return undefined;
    const total = await this.text(join(folder, 'total'));
    try {
      const { size, mtimeMs } = await this.files.stat(this.data(ref));
      const written = { ms: Math.floor(mtimeMs), nanos: 0 };
      return {
        ref,
        offset: size,
        ...(total !== undefined && /^\d+$/.test(total) ? { total: Number(total) } : {}),
        startedAt,
        updatedAt: written.ms > updatedAt.ms ? written : updatedAt,
      };
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  async remove(ref: string): Promise<void> {
    await this.files.remove(this.folder(ref));
  }

  /** Names of the folders of all uploads. */
  async folders(): Promise<string[]> {
    try {
      return await this.files.list(join(this.root, 'ingest'));
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    }
  }

  async removeFolder(name: string): Promise<void> {
    await this.files.remove(join(this.root, 'ingest', name));
  }

  private now(): string {
    return formatTimestamp(this.clock.now());
  }

  private async write(path: string, text: string): Promise<void> {
    const file = await this.files.open(path, 'w', 0o600);
    try {
      await writeFully(file, Buffer.from(text), 0);
    } finally {
      await file.close();
    }
  }

  private async text(path: string): Promise<string | undefined> {
    try {
      return Buffer.from(await this.files.readFile(path)).toString();
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }
}

/** RFC 3339 with up to nine digits of a second. */
function parseTime(text: string | undefined): Timestamp | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return undefined;
  const digits = /\.(\d+)/.exec(text)?.[1] ?? '';
  return { ms, nanos: Number(digits.padEnd(9, '0').slice(3, 9)) };
}
