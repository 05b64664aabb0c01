import type { BlobDescriptor, BlobProvider, CreateOptions, GetOptions } from '../../src/core/options';
import { CacheManager, type ManagerOptions } from '../../src/core/manager';
import type { ImmutableRef, MutableRef } from '../../src/core/refs';
import { MemoryStore } from './memoryStore';

/** A clock that is set by hand. */
export class TestClock {
  ms = 1_700_000_000_000;
  now = () => ({ ms: this.ms, nanos: 0 });
}

/** Ids that sort in the order of making. */
export function countedIds(): () => string {
  let made = 0;
  return () => `record${String(++made).padStart(6, '0')}`;
}

/** A manager on a store in memory, and the short forms that tests read well with. */
export class CoreHarness {
  private constructor(
    readonly clock: TestClock,
    readonly store: MemoryStore,
    private readonly newId: () => string,
    public manager: CacheManager,
  ) {}

  static async open(options: ManagerOptions = {}): Promise<CoreHarness> {
    const clock = new TestClock();
    const store = new MemoryStore(clock);
    const newId = countedIds();
    const manager = await CacheManager.open(store, { clock, newId, ...options });
    return new CoreHarness(clock, store, newId, manager);
  }

  /** Forgets the manager, as a stop would, and opens another on the same store. */
  async reopen(options: ManagerOptions = {}): Promise<void> {
    this.manager = await CacheManager.open(this.store, {
      clock: this.clock,
      newId: this.newId,
      ...options,
    });
  }

  /** A mutable record with so many bytes in it. */
  async mutable(bytes = 0, options: CreateOptions = {}, parent?: ImmutableRef): Promise<MutableRef> {
    const ref = await this.manager.create(parent, options);
    this.store.snapshots.write(ref.id, bytes);
    return ref;
  }

  /** A finalized record with so many bytes in it. */
  async record(bytes = 0, options: CreateOptions = {}, parent?: ImmutableRef): Promise<ImmutableRef> {
    const ref = await (await this.mutable(bytes, { retain: true }, parent)).commit();
    await ref.finalize();
    if (options.recordType !== undefined) await ref.setRecordType(options.recordType);
    if (options.description !== undefined) await ref.setDescription(options.description);
    return ref;
  }

  /** A finalized record that nobody holds, used as often as said, the last time at `lastUsedAt`. */
  async unused(
    bytes: number,
    { lastUsedAt, uses = 1, parent, recordType }: UnusedOptions = {},
  ): Promise<string> {
    const holder = parent === undefined ? undefined : await this.manager.get(parent, { noUse: true });
    const ref = await this.record(bytes, { recordType }, holder);
    await holder?.release();
    const now = this.clock.ms;
    this.clock.ms = lastUsedAt ?? now;
    if (uses === 0) ref.hold.setUse(false);
    await ref.release();
    for (let i = 1; i < uses; i++) await (await this.manager.get(ref.id)).release();
    this.clock.ms = now;
    return ref.id;
  }

  /** How many rows of disk usage are in use, and how many not: `[in use, unused]`. */
  async usage(): Promise<[number, number]> {
    const rows = await this.manager.diskUsage();
    const inUse = rows.filter((row) => row.inUse).length;
    return [inUse, rows.length - inUse];
  }

  async pruned(...rules: Parameters<CacheManager['prune']>[0]): Promise<string[]> {
    const { removed } = await this.manager.prune(rules.length === 0 ? [{}] : rules);
    return removed.map((row) => row.id);
  }

  /** Puts a blob into the content store, under no lease. */
  putBlob(descriptor: BlobDescriptor, unpacked = 100): void {
    const { digest, size } = descriptor;
    if (!this.store.content.has(digest)) this.store.content.trust({ digest, size });
    this.store.unpacked.set(digest, unpacked);
  }
}

interface UnusedOptions {
  readonly lastUsedAt?: number;
  readonly uses?: number;
  readonly parent?: string;
  readonly recordType?: string;
}

/** A digest that stands for nothing. */
export function digestOf(letter: string): string {
  return `sha256:${letter.repeat(64)}`;
}

/** A blob named by two letters: of itself and of what it unpacks to. */
export function blobOf(blob: string, diff: string, size = 10): BlobDescriptor {
  return {
    digest: digestOf(blob),
    size,
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    diffId: digestOf(diff),
  };
}

/** Ways to fetch these blobs, each of which puts in what it promises. */
export function providersOf(...descriptors: readonly BlobDescriptor[]): GetOptions {
  const provider: BlobProvider = {
    fetch: (digest, content, lease) => {
      const size = descriptors.find((it) => it.digest === digest)?.size ?? 0;
      content.trust({ digest, size, lease });
      return Promise.resolve();
    },
  };
  return { providers: new Map(descriptors.map(({ digest }) => [digest, provider])) };
}
