import { createHash, type Hash } from 'node:crypto';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ContentStore } from '../contentStore';
import { requireDigest } from '../content/digest';
import { fileError } from '../fileError';
import { errorCode } from '../files';
import {
  defaultLayerLimits,
  type AppliedLayer,
  type Applier,
  type ApplyOptions,
  type LayerLimits,
} from '../layers';
import type { DirectoryBackend } from '../snapshots/directoryBackend';
import type { LocalSnapshotter } from '../snapshots/localSnapshotter';
import { isStoreError, StoreError } from '../storeError';
import { decompressor } from './compression';
import { unsafe } from './layerPath';
import { LayerUnpacker } from './layerUnpacker';
import { extractTar } from './tarStreams';

/** Unpacks layers into snapshots of the directory backend. */
export class SnapshotApplier implements Applier {
  constructor(
    private readonly snapshots: LocalSnapshotter,
    private readonly backend: DirectoryBackend,
    private readonly content: ContentStore,
  ) {}

  async apply(digest: string, key: string, options: ApplyOptions = {}): Promise<AppliedLayer> {
    this.snapshots.requireWritable();
    const { kind } = this.snapshots.stat(key);
    if (kind !== 'active') {
      throw new StoreError('invalid', `A layer cannot be unpacked into ${key}, which is ${kind}`, {
        id: key,
      });
    }
    const limits = { ...defaultLayerLimits, ...options.limits };
    try {
      return await this.unpack(digest, key, limits, options);
    } catch (error) {
      throw layerError(digest, error);
    }
  }

  private async unpack(
    digest: string,
    key: string,
    limits: LayerLimits,
    { diffId, signal }: ApplyOptions,
  ): Promise<AppliedLayer> {
    const start = await this.firstBytes(digest);
    const blobHash = createHash(requireDigest(digest).algorithm);
    const tarHash = createHash('sha256');
    let unpacked = { size: 0, dropped: [] as readonly string[] };
    await this.backend.build(this.snapshots.stack(key), async (builder, tree) => {
      const unpacker = new LayerUnpacker(builder, tree, limits);
      const entries = extractTar();
      const meter = new Meter(limits, digest);
      const inflate = decompressor(start);
      const stages = [
        await this.content.reader(digest),
        passing((chunk) => meter.countIn(blobHash, chunk)),
        ...(inflate === undefined ? [] : [inflate]),
        passing((chunk) => meter.countOut(tarHash, chunk)),
        entries,
      ];
      const flow = pipeline(stages, signal === undefined ? {} : { signal });
      const unpacking = (async () => {
        for await (const entry of entries) await unpacker.add(entry);
      })();
      // A failure of either ends the other; the first one is the cause.
      unpacking.catch((error: unknown) => entries.destroy(error instanceof Error ? error : undefined));
      await Promise.all([unpacking, flow]);
      unpacked = { size: unpacker.size, dropped: unpacker.dropped };
    });
    requireSame('The bytes of', digest, `${requireDigest(digest).algorithm}:${blobHash.digest('hex')}`);
    const actual = `sha256:${tarHash.digest('hex')}`;
    if (diffId !== undefined) requireSame('The tar of a layer with diff id', diffId, actual);
    return { diffId: actual, ...unpacked };
  }

  private async firstBytes(digest: string): Promise<Buffer> {
    const chunks: Buffer[] = [];
    // A blob is a stream of bytes, so the chunks are buffers.
    for await (const chunk of await this.content.reader(digest, { size: 4 })) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }
}

/** Watches how much comes out for what goes in. */
class Meter {
  private bytesIn = 0;
  private bytesOut = 0;

  constructor(
    private readonly limits: LayerLimits,
    private readonly digest: string,
  ) {}

  countIn(hash: Hash, chunk: Buffer): void {
    hash.update(chunk);
    this.bytesIn += chunk.length;
  }

  countOut(hash: Hash, chunk: Buffer): void {
    hash.update(chunk);
    this.bytesOut += chunk.length;
    const { maxRatio, ratioFreeBytes } = this.limits;
    if (this.bytesOut > ratioFreeBytes && this.bytesOut > this.bytesIn * maxRatio) {
      throw unsafe(this.digest, `unpacks to more than ${maxRatio} times its size`);
    }
  }
}

function passing(look: (chunk: Buffer) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        look(chunk);
        done(null, chunk);
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
  });
}

function requireSame(what: string, expected: string, actual: string): void {
  if (expected === actual) return;
  throw new StoreError('corrupt', `${what} ${expected} have digest ${actual}`, { id: expected });
}

/** What the decompressor and the tar library say about bad input is that the layer is bad. */
function layerError(digest: string, error: unknown): StoreError {
  if (isStoreError(error)) return error;
  const code = errorCode(error) ?? '';
  const system = /^E[A-Z0-9]+$/.test(code) && !code.startsWith('ERR_');
  if (system || code === 'ABORT_ERR') return fileError(`Unpacking ${digest}`, error);
  const detail = error instanceof Error ? error.message : String(error);
  return new StoreError('corrupt', `The layer ${digest} cannot be unpacked: ${detail}`, {
    cause: error,
    id: digest,
  });
}
