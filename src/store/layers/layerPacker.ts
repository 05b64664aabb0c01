import { createReadStream, readFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { TreeChange } from '../snapshots/compareTrees';
import { attributesOf, linkTarget, type EntryType, type FileAttributes } from '../snapshots/fileAttributes';
import { compareNames, type LayerTree, type TreeEntry } from '../snapshots/layerTree';
import { whiteoutOf } from '../snapshots/whiteout';
import { packTar, type TarHeader, type TarPack } from './tarStreams';

/** Up to this a file is read in one go. */
const smallFileBytes = 256 << 10;
/** The largest id that a tar header has room for. */
const maxHeaderId = 0o7777777;

const tarTypes: Readonly<Record<EntryType, TarHeader['type']>> = {
  file: 'file',
  directory: 'directory',
  symlink: 'symlink',
  char: 'character-device',
  block: 'block-device',
  fifo: 'fifo',
  // Changes have no sockets.
  socket: 'file',
};

/**
 * Writes changes as an OCI layer. The bytes depend on the changes alone: no names of users, whole seconds, no access times, entries in
 * the order of the changes, each after the directories above it.
 */
export class LayerPacker {
  readonly stream: TarPack = packTar();
  private readonly directories = new Set<string>();
  /** First path of each file that has several. */
  private readonly firstPaths = new Map<string, string>();

  /** @param tree the tree that the changes lead to */
  constructor(private readonly tree: LayerTree) {}

  async add(change: TreeChange): Promise<void> {
    await this.addParents(change.path);
    if (change.kind === 'delete') await this.addWhiteout(change.path);
    else await this.addEntry(change.entry);
  }

  finish(): void {
    this.stream.finalize();
  }

  private async addParents(path: string): Promise<void> {
    const slash = path.lastIndexOf('/');
    if (slash < 0) return;
    const parent = path.slice(0, slash);
    if (this.directories.has(parent)) return;
    await this.addParents(parent);
    const entry = this.tree.find(parent);
    if (entry !== undefined) await this.addEntry(entry);
  }

  private async addWhiteout(path: string): Promise<void> {
    const slash = path.lastIndexOf('/') + 1;
    const name = path.slice(0, slash) + whiteoutOf(path.slice(slash));
    await this.write({ name, type: 'file', mode: 0, uid: 0, gid: 0, mtime: new Date(0), size: 0 });
  }

  private async addEntry(entry: TreeEntry): Promise<void> {
    const attributes = attributesOf(entry);
    if (attributes.type === 'directory') this.directories.add(entry.path);
    const header = this.headerOf(entry, attributes);
    if (header.size > smallFileBytes) {
      await pipeline(createReadStream(entry.realPath), this.stream.entry(forLibrary(header)));
    } else {
      await this.write(header, header.size > 0 ? readFileSync(entry.realPath) : undefined);
    }
  }

  private headerOf(entry: TreeEntry, attributes: FileAttributes): TarHeader {
    const { type, special } = attributes;
    const header: TarHeader = {
      name: type === 'directory' ? `${entry.path}/` : entry.path,
      type: tarTypes[type],
      mode: attributes.mode,
      uid: attributes.uid,
      gid: attributes.gid,
      mtime: wholeSeconds(attributes.mtimeNs),
      size: 0,
      ...(special === undefined ? {} : { devmajor: special.major, devminor: special.minor }),
      ...(type === 'symlink' ? { linkname: linkTarget(entry) } : {}),
      ...paxOf(attributes),
    };
    if (type !== 'file') return header;
    const first = this.firstPath(entry);
    if (first !== undefined) return { ...header, type: 'link', linkname: first };
    return { ...header, size: Number(entry.stats.size) };
  }

  /** The path under which the same file went in already. */
  private firstPath(entry: TreeEntry): string | undefined {
    if (entry.stats.nlink < 2n) return undefined;
    const identity = `${entry.stats.dev}:${entry.stats.ino}`;
    const first = this.firstPaths.get(identity);
    if (first === undefined) this.firstPaths.set(identity, entry.path);
    return first;
  }

  /** A body that is not as long as the header says is refused by the library. */
  private write(header: TarHeader, body?: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const sink = this.stream.entry(forLibrary(header), (error) => {
        if (error) reject(error);
        else resolve();
      });
      sink.on('error', reject);
      sink.end(body);
    });
  }
}

/** What the header itself has no room for. Long names and names that are not ASCII the library sees to. */
function paxOf({ uid, gid, xattrs }: FileAttributes): { pax?: Record<string, string> } {
  const records = Object.entries(xattrs).map(([name, value]): [string, string] => [
    `SCHILY.xattr.${name}`,
    value,
  ]);
  if (uid > maxHeaderId) records.push(['uid', String(uid)]);
  if (gid > maxHeaderId) records.push(['gid', String(gid)]);
  if (records.length === 0) return {};
  return { pax: Object.fromEntries(records.sort(([a], [b]) => compareNames(a, b))) };
}

/** The library takes a mode of 0 for none and sets its own; the bits of a regular file keep it from that and are not written. */
function forLibrary(header: TarHeader): TarHeader {
  return {
    ...header,
    mode: header.mode | 0o100000,
    uid: Math.min(header.uid, maxHeaderId),
    gid: Math.min(header.gid, maxHeaderId),
  };
}

function wholeSeconds(mtimeNs: bigint): Date {
  const seconds = Number(mtimeNs / 1_000_000_000n);
  return new Date(Math.max(seconds, 0) * 1000);
}
