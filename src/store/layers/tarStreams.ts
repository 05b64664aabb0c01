import type { Readable, Writable } from 'node:stream';
import { extract, pack } from 'tar-stream';

/** One entry's header. Times are whole milliseconds, ids and modes as in the tar. */
export interface TarHeader {
  readonly name: string;
  readonly type:
    | 'file'
    | 'link'
    | 'symlink'
    | 'directory'
    | 'block-device'
    | 'character-device'
    | 'fifo'
    | 'contiguous-file';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: Date;
  readonly size: number;
  readonly linkname?: string | null;
  readonly devmajor?: number;
  readonly devminor?: number;
  /** PAX records of the entry, values as text. */
  readonly pax?: Readonly<Record<string, string>> | null;
}

export interface TarEntry extends Readable {
  readonly header: TarHeader;
}

/** A tar being written. Entries are written one after the other. */
export interface TarPack extends Readable {
  /** Takes the entry's bytes, exactly as many as its header says. */
  entry(header: TarHeader, done?: (error?: Error | null) => void): Writable;
  finalize(): void;
}

/** A tar being read: bytes in, entries out. */
export type TarExtract = Writable & AsyncIterable<TarEntry>;

/*
 * tar-stream's streams are of a library of their own that behaves as Node's does and is declared otherwise; the casts say so once.
 */

export function packTar(): TarPack {
  return pack() as unknown as TarPack;
}

export function extractTar(): TarExtract {
  return extract() as unknown as TarExtract;
}
