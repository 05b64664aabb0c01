import { Transform, type Duplex } from 'node:stream';
import * as zlib from 'node:zlib';
import type { LayerCompression } from '../layers';
import { StoreError } from '../storeError';

/** Node 22.15 and later; older ones lack it, and the types of the oldest Node we run on do not have it. */
interface ZstdOfNewerNode {
  readonly createZstdCompress?: () => Duplex;
  readonly createZstdDecompress?: () => Duplex;
}

const zstd = zlib as ZstdOfNewerNode;

const mediaTypes: Readonly<Record<LayerCompression, string>> = {
  none: 'application/vnd.oci.image.layer.v1.tar',
  gzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  zstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
};

export function mediaTypeOf(compression: LayerCompression): string {
  return mediaTypes[compression];
}

/** Streams that a tar goes through to become a blob. @throws StoreError `notImplemented` */
export function compressors(compression: LayerCompression): Duplex[] {
  switch (compression) {
    case 'none':
      return [];
    case 'gzip':
      return [zlib.createGzip({ level: 6 }), anonymousGzip()];
    case 'zstd':
      if (zstd.createZstdCompress === undefined) throw noZstd();
      return [zstd.createZstdCompress()];
  }
}

/** The stream that undoes a compression told by a blob's first four bytes; undefined for none. @throws StoreError `notImplemented` */
export function decompressor(start: Uint8Array): Duplex | undefined {
  if (start[0] === 0x1f && start[1] === 0x8b) return zlib.createGunzip();
  if (start[0] === 0x28 && start[1] === 0xb5 && start[2] === 0x2f && start[3] === 0xfd) {
    if (zstd.createZstdDecompress === undefined) throw noZstd();
    return zstd.createZstdDecompress();
  }
  return undefined;
}

/** The tenth byte of a gzip file names the system it was made on; 255 is "unknown", everywhere the same. */
function anonymousGzip(): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (seen <= 9 && seen + chunk.length > 9) chunk[9 - seen] = 255;
      seen += chunk.length;
      done(null, chunk);
    },
  });
}

function noZstd(): StoreError {
  return new StoreError('notImplemented', `Node ${process.versions.node} cannot read or write zstd`);
}
