import type { Timestamp } from '../store/clock';
import type { RecordFields } from '../store/metadataStore';
import type { SnapshotMount } from '../store/snapshotter';
import { type CacheRecord, Hold } from './cacheRecord';
import { computeChainIds } from './chainIds';
import { commitMutable } from './commit';
import type { Core } from './core';
import { extract } from './extract';
import { linkVariant } from './fetch';
import { finalize } from './finalize';
import { layerChain } from './layers';
import { mountImmutable, mountMutable } from './mount';
import type { BlobDescriptor } from './options';
import { descriptorOf, setBlob } from './recordBlob';
import { textChange, textUnder } from './recordKeys';
import { mayHaveView, releaseImmutable, releaseMutable } from './release';
import { sizeOf } from './size';

/** A handle on a record; the record stays while any is not released. */
abstract class Ref {
  /** @internal */
  readonly hold: Hold;

  constructor(
    protected readonly core: Core,
    hold: Hold,
  ) {
    this.hold = hold;
  }

  protected get record(): CacheRecord {
    return this.hold.record;
  }

  get id(): string {
    return this.record.id;
  }

  /** What is stored about the record, as of now. */
  get fields(): RecordFields {
    return this.record.fields;
  }

  get isRetained(): boolean {
    return this.record.isRetained;
  }

  setDescription(description: string): Promise<void> {
    return this.change(() => this.core.put(this.record, { description }));
  }

  setRecordType(recordType: string): Promise<void> {
    return this.change(() => this.core.put(this.record, { recordType }));
  }

  /** Keeps the record when its last ref goes, or not; see the life of a record that is not finalized. */
  setRetained(retained: boolean): Promise<void> {
    return this.change(() => this.core.put(this.record, { cachePolicy: retained ? 1 : 0 }));
  }

  setCreatedAt(createdAt: Timestamp): Promise<void> {
    return this.change(() => this.core.put(this.record, { createdAt }));
  }

  setLayerType(layerType: string): Promise<void> {
    return this.change(() => this.core.put(this.record, { layerType }));
  }

  /** The text that another part keeps with the record under `key`. */
  getText(key: string): string | undefined {
    return textUnder(this.record.fields, key)?.value;
  }

  /** @param index key under which the record can then be searched */
  setText(key: string, value: string, index?: string): Promise<void> {
    return this.change(() => this.core.put(this.record, textChange(key, value, index)));
  }

  /** Clears a text, its index entry, and the entry that `indexPrefix` and the text make. */
  clearText(key: string, indexPrefix: string): Promise<void> {
    return this.change(() => {
      const text = textUnder(this.record.fields, key);
      if (text === undefined) return;
      this.core.put(this.record, textChange(key, null), true);
      const index = indexPrefix + text.value;
      // Upstream an entry has no owner: the same one made for another key goes too.
      if (index !== text.index || this.core.quirks.replacedIndexStays)
        this.core.store.metadata.clearIndex(this.id, index);
    });
  }

  getExternal(key: string): Uint8Array | undefined {
    return this.core.store.metadata.getExternal(this.id, key);
  }

  setExternal(key: string, value: Uint8Array): Promise<void> {
    return this.change(() => this.core.store.metadata.setExternal(this.id, key, value));
  }

  protected async change(work: () => void): Promise<void> {
    this.core.write(work);
    await this.core.durable();
  }
}

/** A read-only handle. */
export class ImmutableRef extends Ref {
  /** The mutable record that holds the data while this is not finalized. */
  get equalMutableId(): string | undefined {
    return this.record.equalMutable?.record.id;
  }

  /** Another handle on the record, whose release does not count as a use. */
  clone(): ImmutableRef {
    this.core.assertOpen();
    return new ImmutableRef(this.core, new Hold(this.record, false, this.hold.providers));
  }

  /** Gives the handle back. A record that was never finalized, and is not retained, goes with its last one. */
  async release(): Promise<void> {
    this.core.assertOpen();
    while (this.record.busy !== undefined) await this.record.busy;
    releaseRef(this.core, this.hold);
  }

  /** Makes the record independent of the mutable one that it was committed from, for good. */
  async finalize(): Promise<void> {
    await finalize(this.core, this.record);
    await this.core.durable();
  }

  /** Makes the record's files, if they are not there. @throws `needsRemoteProvider` */
  async extract(): Promise<void> {
    await extract(this.core, this.hold);
    await this.core.durable();
  }

  /** Gives the record the blob that its layer was written to. @throws `failedPrecondition`, `notFound` */
  async setBlob(descriptor: BlobDescriptor): Promise<void> {
    await setBlob(this.core, this.record, descriptor);
    await this.core.durable();
  }

  /** The record's blob as a manifest describes it; undefined without one. */
  descriptor(options: { readonly distributable: boolean }): BlobDescriptor | undefined {
    return descriptorOf(this.record, options.distributable);
  }

  /** Adds the same layer in another compression; it has to be in the store. @throws `notFound` */
  linkVariant(descriptor: BlobDescriptor): Promise<void> {
    return this.change(() => linkVariant(this.core, this.record, descriptor.digest, descriptor.mediaType));
  }

  /**
   * Works out the chain ids that the record has by its blob, if it has none.
   * @param exported all records of the chain that is exported
   * @throws `failedPrecondition` when the parent is exported and has none
   */
  computeChainIds(exported: readonly ImmutableRef[]): Promise<void> {
    const ids = new Set(exported.map((ref) => ref.id));
    return this.change(() => computeChainIds(this.core, this.record, ids));
  }

  mount(options: { readonly readOnly: boolean }): Promise<SnapshotMount> {
    return mountImmutable(this.core, this.hold, options.readOnly);
  }

  /** Bytes of the record alone. */
  size(): Promise<number> {
    return sizeOf(this.core, this.record);
  }

  /** Handles on the records that make up the content, lowest first. */
  layerChain(): ImmutableRef[] {
    this.core.assertOpen();
    return layerChain(this.hold).map(
      (layer) => new ImmutableRef(this.core, new Hold(layer.record, false, layer.providers)),
    );
  }
}

/** The only handle on a record that is still being made. */
export class MutableRef extends Ref {
  /**
   * The record as it is now, immutable. This handle is spent; its record lives on underneath until the other is
   * finalized or released. @throws `invalid`
   */
  async commit(): Promise<ImmutableRef> {
    while (this.record.busy !== undefined) await this.record.busy;
    const immutable = this.core.write(
      () => new Hold(commitMutable(this.core, this.hold), true, this.hold.providers),
    );
    const ref = new ImmutableRef(this.core, immutable);
    await this.core.durable();
    return ref;
  }

  /** Gives the handle back; what is not retained goes. */
  async release(): Promise<void> {
    this.core.assertOpen();
    while (this.record.busy !== undefined) await this.record.busy;
    this.core.write(() => releaseMutable(this.core, this.hold));
  }

  mount(): Promise<SnapshotMount> {
    return mountMutable(this.core, this.record);
  }

  size(): Promise<number> {
    return sizeOf(this.core, this.record);
  }
}

/** The release that changes nothing stored needs no transaction: most are of that kind. */
function releaseRef(core: Core, hold: Hold): void {
  const { record } = hold;
  const stays = record.refs > 1 || (record.equalMutable === undefined && !mayHaveView(core, record));
  const stamps = hold.isUse && record.useRefs <= 1;
  if (hold.live && stays && !stamps) hold.drop();
  else if (core.canWrite) core.write(() => releaseImmutable(core, hold));
  else releaseImmutable(core, hold);
}
