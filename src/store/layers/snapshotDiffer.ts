import { createHash, randomUUID } from 'node:crypto';
import { Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ContentStore, ContentWriter } from '../contentStore';
import { fileError } from '../fileError';
import type { Differ, DifferOptions, LayerDescriptor } from '../layers';
import type { DirectoryBackend } from '../snapshots/directoryBackend';
import type { LocalSnapshotter } from '../snapshots/localSnapshotter';
import { Pacer } from '../snapshots/pacer';
import type { LayerStack } from '../snapshots/snapshotBackend';
import { isAlreadyExists } from '../storeError';
import { compressors, mediaTypeOf } from './compression';
import { LayerPacker } from './layerPacker';

/** containerd's label for the digest of a layer's tar. */
const uncompressedLabel = 'containerd.io/uncompressed';

/** Packs what differs between two snapshots of the directory backend. */
export class SnapshotDiffer implements Differ {
  constructor(
    private readonly snapshots: LocalSnapshotter,
    private readonly backend: DirectoryBackend,
    private readonly content: ContentStore,
  ) {}

  async compare(
    lower: string | undefined,
    upper: string | undefined,
    options: DifferOptions = {},
  ): Promise<LayerDescriptor> {
    const compression = options.compression ?? 'gzip';
    const stacks = { lower: this.stackOf(lower), upper: this.stackOf(upper) };
    const transforms = compressors(compression);
    const lease = options.lease === undefined ? {} : { lease: options.lease };
    const writer = await this.content.writer({ ref: `differ-${randomUUID()}`, ...lease });
    const hash = createHash('sha256');
    try {
      const packer = new LayerPacker(this.backend.tree(stacks.upper));
      const packing = this.pack(packer, stacks, options.signal);
      await Promise.all([
        packing,
        flow([packer.stream, hashing(hash), ...transforms, intoWriter(writer)], options.signal),
      ]);
    } catch (error) {
      await writer.abort();
      throw fileError(`Packing what differs between ${lower ?? 'nothing'} and ${upper ?? 'nothing'}`, error);
    }
    const diffId = `sha256:${hash.digest('hex')}`;
    const { digest, size } = await this.publish(writer, { ...options.labels, [uncompressedLabel]: diffId });
    return { mediaType: mediaTypeOf(compression), digest, size, diffId };
  }

  private async pack(
    packer: LayerPacker,
    { lower, upper }: { lower: LayerStack; upper: LayerStack },
    signal: AbortSignal | undefined,
  ): Promise<void> {
    try {
      for await (const change of this.backend.changes(lower, upper, new Pacer(signal)))
        await packer.add(change);
      packer.finish();
    } catch (error) {
      packer.stream.destroy(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }

  /** The same layer may have been packed before. */
  private async publish(
    writer: ContentWriter,
    labels: Record<string, string>,
  ): Promise<{ digest: string; size: number }> {
    const size = writer.offset;
    try {
      return await writer.commit({ labels });
    } catch (error) {
      if (!isAlreadyExists(error) || error.id === undefined) throw error;
      return { digest: error.id, size };
    }
  }

  private stackOf(key: string | undefined): LayerStack {
    return key === undefined || key === '' ? [] : this.snapshots.stack(key);
  }
}

function flow(
  stages: (NodeJS.ReadableStream | NodeJS.WritableStream | NodeJS.ReadWriteStream)[],
  signal?: AbortSignal,
): Promise<void> {
  return pipeline(stages, signal === undefined ? {} : { signal });
}

/** Passes bytes on and adds them to a digest. */
function hashing(hash: ReturnType<typeof createHash>): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
}

function intoWriter(writer: ContentWriter): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      writer.write(chunk).then(() => done(), done);
    },
  });
}
