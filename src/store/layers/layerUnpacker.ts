import { createWriteStream, linkSync, symlinkSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { LayerLimits } from '../layers';
import { giveAttributes, type EntryType, type FileAttributes } from '../snapshots/fileAttributes';
import type { LayerBuilder } from '../snapshots/layerBuilder';
import { isDirectory, type LayerTree } from '../snapshots/layerTree';
import { hiddenBy, isWhiteoutName, opaqueMarker } from '../snapshots/whiteout';
import { StoreError } from '../storeError';
import { resolveDirectory, splitLayerPath, unsafe } from './layerPath';
import type { TarEntry, TarHeader } from './tarStreams';

/** Up to this a file is written in one go. */
const smallFileBytes = 256 << 10;
const xattrPrefix = 'SCHILY.xattr.';
/** aufs's own bookkeeping, which means nothing here. */
const aufsPrefix = '.wh..wh.';

/**
 * Puts the entries of an OCI layer into a snapshot's layer. No entry is followed out of the root: every parent is found by names and links
 * within the tree, and the last name is made anew.
 */
export class LayerUnpacker {
  /** Bytes of all files so far. */
  size = 0;
  /** Extended attributes whose values are not text: the tar library does not give them. As `<path>: <attribute>`. */
  readonly dropped: string[] = [];
  private entries = 0;
  /** What this layer put there; an opaque directory keeps it. */
  private readonly unpacked = new Set<string>();
  /** Where directories are, by the names that led there. */
  private readonly resolved = new Map<string, string>();
  /** Paths that `resolved` depends on. */
  private readonly asked = new Set<string>();

  /** @param tree the snapshot's whole tree, as the builder changes it */
  constructor(
    private readonly builder: LayerBuilder,
    private readonly tree: LayerTree,
    private readonly limits: LayerLimits,
  ) {}

  async add(entry: TarEntry): Promise<void> {
    const header = entry.header;
    if (++this.entries > this.limits.maxEntries) throw unsafe(header.name, 'is one entry too many');
    const names = splitLayerPath(header.name, this.limits);
    const name = names.pop();
    if (name === undefined) return;
    const parent = this.directory(names);
    const path = parent === '' ? name : `${parent}/${name}`;
    if (isWhiteoutName(name)) await this.whiteOut(parent, name);
    else await this.place(path, header, entry);
  }

  private async whiteOut(parent: string, name: string): Promise<void> {
    if (name === opaqueMarker) {
      await this.makeOpaque(parent);
      return;
    }
    if (name.startsWith(aufsPrefix)) return;
    const hidden = hiddenBy(name);
    if (hidden === '' || hidden === '.' || hidden === '..') throw unsafe(name, 'hides what has no name');
    const path = parent === '' ? hidden : `${parent}/${hidden}`;
    this.builder.remove(path);
    this.changed(path);
  }

  private async makeOpaque(directory: string): Promise<void> {
    this.builder.makeParents(`${directory}/x`, this.tree);
    const inLayer = await readdir(this.builder.real(directory));
    for (const name of inLayer) {
      const path = directory === '' ? name : `${directory}/${name}`;
      if (!this.unpacked.has(path)) this.builder.clear(path);
    }
    this.builder.makeOpaque(directory);
    this.forgetDirectories();
  }

  private async place(path: string, header: TarHeader, entry: TarEntry): Promise<void> {
    this.builder.makeParents(path, this.tree);
    this.note(path);
    for (const [key, value] of Object.entries(header.pax ?? {})) {
      if (key.startsWith(xattrPrefix) && !isText(value)) {
        this.dropped.push(`${path}: ${key.slice(xattrPrefix.length)}`);
      }
    }
    const wanted = wantedAttributes(header);
    if (wanted.type === 'directory') {
      this.builder.putDirectory(path, wanted);
      return;
    }
    this.changed(path);
    if (header.type === 'link') {
      this.link(path, header);
      return;
    }
    const target = this.builder.clear(path);
    if (wanted.type === 'symlink') symlinkSync(requireTarget(header), target);
    else if (wanted.type === 'file') await this.writeFile(target, header, entry);
    else writeFileSync(target, '', { flag: 'wx' });
    this.builder.setExtra(path, giveAttributes(target, wanted));
  }

  private async writeFile(target: string, header: TarHeader, entry: TarEntry): Promise<void> {
    this.size += header.size;
    if (this.size > this.limits.maxBytes) throw unsafe(header.name, 'makes the layer too large');
    // "wx" neither follows a link nor takes what is there.
    if (header.size > smallFileBytes) {
      await pipeline(entry, createWriteStream(target, { flags: 'wx', mode: 0o600 }));
      return;
    }
    const chunks: Uint8Array[] = [];
    // A tar is a stream of bytes.
    for await (const chunk of entry) chunks.push(chunk as Uint8Array);
    writeFileSync(target, Buffer.concat(chunks), { flag: 'wx', mode: 0o600 });
  }

  private link(path: string, header: TarHeader): void {
    const names = splitLayerPath(requireTarget(header), this.limits);
    const name = names.pop();
    const parent = this.directory(names);
    const source = name === undefined ? undefined : parent === '' ? name : `${parent}/${name}`;
    const found = source === undefined ? undefined : this.tree.find(source);
    if (source === undefined || found === undefined || isDirectory(found)) {
      throw new StoreError(
        'corrupt',
        `The layer links ${path} to ${requireTarget(header)}, which is no file`,
      );
    }
    if (source === path) return;
    // A file of a layer below gets a copy in this one, to which both names then lead.
    if (found.realPath !== this.builder.real(source)) this.builder.put(found, this.tree, 'copy');
    const target = this.builder.clear(path);
    linkSync(this.builder.real(source), target);
    this.builder.setExtra(path, this.tree.find(source)?.extra);
  }

  private directory(names: readonly string[]): string {
    const asked = names.join('/');
    let resolved = this.resolved.get(asked);
    if (resolved === undefined) {
      resolved = resolveDirectory(this.tree, names, this.asked);
      this.resolved.set(asked, resolved);
    }
    return resolved;
  }

  /** Something else is at the path now. */
  private changed(path: string): void {
    if (this.asked.has(path)) this.forgetDirectories();
  }

  private forgetDirectories(): void {
    this.resolved.clear();
    this.asked.clear();
  }

  private note(path: string): void {
    for (let one = path; one !== ''; one = one.slice(0, Math.max(one.lastIndexOf('/'), 0))) {
      if (this.unpacked.has(one)) return;
      this.unpacked.add(one);
    }
  }
}

function requireTarget({ linkname, name }: TarHeader): string {
  if (typeof linkname === 'string' && linkname !== '' && !linkname.includes('\0')) return linkname;
  throw unsafe(name, 'is a link to nothing');
}

function wantedAttributes(header: TarHeader): FileAttributes {
  const { pax } = header;
  const type = entryType(header);
  const special = type === 'char' || type === 'block' || type === 'fifo';
  return {
    type,
    mode: header.mode & 0o7777,
    uid: whole(pax?.uid) ?? header.uid,
    gid: whole(pax?.gid) ?? header.gid,
    mtimeNs: nanoseconds(pax?.mtime) ?? BigInt(header.mtime.getTime()) * 1_000_000n,
    xattrs: xattrsOf(pax ?? {}),
    ...(special ? { special: { type, major: header.devmajor ?? 0, minor: header.devminor ?? 0 } } : {}),
  };
}

function entryType({ type, name }: TarHeader): EntryType {
  switch (type) {
    case 'file':
    case 'contiguous-file':
    case 'link':
      return 'file';
    case 'directory':
      return 'directory';
    case 'symlink':
      return 'symlink';
    case 'character-device':
      return 'char';
    case 'block-device':
      return 'block';
    case 'fifo':
      return 'fifo';
    default:
      throw new StoreError('corrupt', `The layer's entry ${name} is of an unknown type`);
  }
}

function xattrsOf(pax: Readonly<Record<string, string>>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [key, value] of Object.entries(pax)) {
    if (key.startsWith(xattrPrefix) && isText(value)) found[key.slice(xattrPrefix.length)] = value;
  }
  return found;
}

/** The tar library reads values as UTF-8 and puts this sign for what is not. */
function isText(value: string): boolean {
  return !value.includes('\ufffd');
}

function whole(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Decimal seconds, exactly. */
function nanoseconds(text: string | undefined): bigint | undefined {
  const match = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text ?? '');
  if (match === null) return undefined;
  const value = BigInt(match[2]) * 1_000_000_000n + BigInt((match.at(3) ?? '').padEnd(9, '0').slice(0, 9));
  return match[1] === '-' ? -value : value;
}
