import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CacheManager } from '../../core/manager';
import type { BlobDescriptor, CreateOptions } from '../../core/options';
import type { ImmutableRef, MutableRef } from '../../core/refs';
import type { LocalStores, OpenStore } from './localStores';
import type { Share } from './sharedByKey';

type Tree = Readonly<Record<string, string>>;

const layerType = 'application/vnd.oci.image.layer.v1.tar+gzip';

/**
 * Opens the store in a folder to work with, and fills it if it holds nothing: a small build as BuildKit would leave it, made by the manager itself with real files. A
 * base image in three layers of which two are blobs that are not here, a build's chain on a base that is, sources, a cache mount, a
 * diff, a merge, a lease of its own.
 */
export async function openSampleStore(path: string, stores: LocalStores): Promise<Share<OpenStore>> {
  const share = await stores.open(path, { create: true });
  const { store, manager } = share.value;
  if (manager === undefined || store.metadata.count() > 0) return share;
  const maker = new SampleMaker(store, manager);
  try {
    await maker.make();
    await maker.release();
    return share;
  } catch (error) {
    await share.release();
    throw error;
  }
}

class SampleMaker {
  private readonly refs: ImmutableRef[] = [];

  constructor(
    private readonly store: OpenStore['store'],
    private readonly manager: CacheManager,
  ) {}

  async make(): Promise<void> {
    const base = await this.layer(undefined, 'pulled from docker.io/library/alpine:3.20', {
      'etc/os-release': 'NAME="Alpine Linux"\nVERSION_ID=3.20.3\n',
      'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
      'bin/busybox': text('busybox', 820_000),
    });
    await this.giveBlob(base);
    const tools = await this.layer(base, 'mount / from exec /bin/sh -c apk add --no-cache go git', {
      'usr/bin/go': text('go', 1_400_000),
      'usr/bin/git': text('git', 300_000),
      'lib/apk/db/installed': 'P:go\nP:git\n',
    });
    const context = await this.layer(
      undefined,
      'local source for context',
      { 'go.mod': 'module example.com/service\n\ngo 1.22\n', 'main.go': 'package main\n\nfunc main() {}\n' },
      'source.local',
    );
    await context.setText('local.sharedKey', 'context:service:4f2a', 'local.sharedKey:context:service:4f2a');
    const frontend = await this.layer(
      undefined,
      'pulled from docker.io/docker/dockerfile:1',
      { 'bin/dockerfile-frontend': text('frontend', 240_000) },
      'frontend',
    );
    await this.giveBlob(frontend);
    const modules = await this.layer(tools, 'mount / from exec /bin/sh -c go mod download', {
      'go/pkg/mod/cache/download/list': 'example.com/log v1.4.0\n',
      'go/pkg/mod/example.com/log@v1.4.0/log.go': text('package log', 64_000),
    });
    const built = await this.layer(modules, 'mount / from exec /bin/sh -c go build -o /out/service .', {
      'out/service': text('service', 2_100_000),
    });
    const output = await this.keep(
      this.manager.diff(modules, built, { description: 'diff: /out of the build', retain: true }),
    );
    const config = await this.layer(undefined, '[stage-1 2/3] COPY config /etc/service', {
      'etc/service/service.toml': 'listen = ":8080"\n',
    });
    const image = await this.manager.merge([base, config, output], {
      description: '[stage-1 3/3] merge of base, configuration and service',
    });
    if (image !== undefined) {
      this.refs.push(image);
      await image.extract();
    }
    await this.cacheMount();
    await this.lazyChain();
    this.store.leases.create('sample-pinned', { 'example.com/why': 'keeps the frontend for the next build' });
    const { blob = '' } = frontend.fields;
    this.store.leases.addResource('sample-pinned', { type: 'content', id: blob });
    await this.store.database.commit();
  }

  async release(): Promise<void> {
    for (const ref of this.refs.reverse()) await ref.release();
    await this.store.database.commit();
  }

  private async layer(
    parent: ImmutableRef | undefined,
    description: string,
    files: Tree,
    recordType = 'regular',
  ): Promise<ImmutableRef> {
    const mutable = await this.fill(parent, { description, retain: true }, files);
    const ref = await this.keep(mutable.commit());
    await ref.finalize();
    await ref.setRecordType(recordType);
    return ref;
  }

  private async fill(
    parent: ImmutableRef | undefined,
    options: CreateOptions,
    files: Tree,
  ): Promise<MutableRef> {
    const ref = await this.manager.create(parent, options);
    const { path } = await ref.mount();
    for (const [name, content] of Object.entries(files)) {
      await mkdir(join(path, name, '..'), { recursive: true });
      await writeFile(join(path, name), content);
    }
    return ref;
  }

  /** Writes the layer as a blob, as an export of it would. */
  private async giveBlob(ref: ImmutableRef): Promise<void> {
    const { snapshotId = ref.id } = ref.fields;
    const lease = `sample-${ref.id}`;
    this.store.leases.create(lease);
    const blob = await this.store.differ.compare(undefined, snapshotId, { compression: 'gzip', lease });
    await ref.setBlob(blob);
    await ref.computeChainIds([ref]);
    this.store.leases.remove(lease);
  }

  private async cacheMount(): Promise<void> {
    const options = {
      description: 'cached mount /root/.cache/go-build from exec /bin/sh -c go build -o /out/service .',
      recordType: 'exec.cachemount',
      retain: true,
    };
    const ref = await this.fill(undefined, options, {
      'a1/a1b2-d': text('object', 410_000),
      'trim.txt': '1718000000\n',
    });
    await ref.setText('cache-dir', '/root/.cache/go-build', 'cache-dir:/root/.cache/go-build');
    await ref.release();
  }

  /** Layers of an image that were named and never fetched. */
  private async lazyChain(): Promise<void> {
    const layers = [lazyLayer('a', 3_400_000), lazyLayer('b', 18_200_000)];
    const provider = { fetch: () => Promise.reject(new Error('A sample has nowhere to fetch it from.')) };
    const providers = new Map(layers.map(({ digest }) => [digest, provider]));
    let parent: ImmutableRef | undefined;
    for (const descriptor of layers) {
      parent = await this.keep(
        this.manager.getByBlob(descriptor, parent, {
          providers,
          description: 'pulled from docker.io/library/node:22',
          imageRef: 'docker.io/library/node:22',
        }),
      );
    }
  }

  private async keep(making: Promise<ImmutableRef>): Promise<ImmutableRef> {
    const ref = await making;
    this.refs.push(ref);
    return ref;
  }
}

/** A descriptor of what was never made: its digests belong to nothing. */
function lazyLayer(letter: string, size: number): BlobDescriptor {
  const digest = `sha256:${letter.repeat(64)}`;
  return { digest, size, mediaType: layerType, diffId: `sha256:${letter.repeat(63)}0` };
}

/** So many bytes of text, the same each time. */
function text(word: string, bytes: number): string {
  const line = `${word} ${'0123456789'.repeat(5)}\n`;
  return line.repeat(Math.ceil(bytes / line.length)).slice(0, bytes);
}
