import type { Labels } from '../labels';
import type { LeaseResource } from '../leaseManager';
import {
  backReferences,
  conditionalReferences,
  gcFlatLabel,
  gcRootLabel,
  gcUsedAtLabel,
  hasExpired,
  parseRfc3339,
  references,
  type LabelReference,
} from './gcLabels';
import { tricolor } from './tricolor';

/** An object of one namespace as the collector sees it. Labels outside `containerd.io/gc.` do not matter. */
export interface GcObject {
  /** Digest, id, name, ref, or `<snapshotter>/<key>`. */
  readonly key: string;
  readonly labels: Labels;
}

export interface GcLease extends GcObject {
  readonly resources: readonly LeaseResource[];
}

export interface GcImage extends GcObject {
  /** Digest of what the name stands for. */
  readonly target?: string;
}

export interface GcContainer extends GcObject {
  /** `<snapshotter>/<key>`, where a snapshotter is set. */
  readonly snapshot?: string;
}

export interface GcSnapshot extends GcObject {
  /** `<snapshotter>/<key>` */
  readonly parent?: string;
}

export interface GcIngest {
  readonly key: string;
  /** Epoch ms; without it only a lease keeps the upload. */
  readonly expiresAt?: number;
  /** Digest that the upload is going to have. */
  readonly expected?: string;
}

/** All that one namespace holds. Nothing in it refers to another namespace. */
export interface GcNamespace {
  readonly leases: readonly GcLease[];
  readonly images?: readonly GcImage[];
  readonly containers?: readonly GcContainer[];
  readonly sandboxes?: readonly GcObject[];
  readonly content: readonly GcObject[];
  readonly snapshots: readonly GcSnapshot[];
  readonly ingests: readonly GcIngest[];
}

export type GcType = 'lease' | 'image' | 'container' | 'content' | 'snapshot' | 'ingest';

/** What is alive, as `<type>:<key>`. */
export type Alive = ReadonlySet<string>;

export function nodeOf(type: GcType, key: string): string {
  return `${type}:${key}`;
}

/** Kept exactly as listed: what its labels name is not kept with it. */
const flat = 'flat!';

/**
 * Finds what is alive in a namespace, by containerd's rules: unexpired leases with what they list, unexpired images, containers,
 * whatever has the root label, uploads that have not expired; and all that these refer to.
 */
export function mark(namespace: GcNamespace, nowMs: number): Alive {
  const graph = new Graph(namespace, nowMs);
  const alive = new Set<string>();
  for (const node of tricolor(graph.roots(), (next) => graph.references(next))) {
    alive.add(node.startsWith(flat) ? node.slice(flat.length) : node);
  }
  return alive;
}

class Graph {
  private readonly images: ReadonlyMap<string, GcImage>;
  private readonly containers: ReadonlyMap<string, GcContainer>;
  private readonly content: ReadonlyMap<string, GcObject>;
  private readonly snapshots: ReadonlyMap<string, GcSnapshot>;
  private readonly ingests: ReadonlyMap<string, GcIngest>;
  /** Children by the node that their back reference names. */
  private readonly followers = new Map<string, string[]>();

  constructor(
    private readonly namespace: GcNamespace,
    private readonly nowMs: number,
  ) {
    this.images = byKey(namespace.images ?? []);
    this.containers = byKey(namespace.containers ?? []);
    this.content = byKey(namespace.content);
    this.snapshots = byKey(namespace.snapshots);
    this.ingests = byKey(namespace.ingests);
    this.gatherFollowers();
  }

  *roots(): Generator<string> {
    const { leases, images, containers, sandboxes, content, snapshots, ingests } = this.namespace;
    for (const lease of leases) if (!hasExpired(lease.labels, this.nowMs)) yield* leaseRoots(lease);
    for (const image of images ?? []) {
      if (!hasExpired(image.labels, this.nowMs)) yield nodeOf('image', image.key);
    }
    for (const container of containers ?? []) yield nodeOf('container', container.key);
    for (const sandbox of sandboxes ?? []) yield* labelled(sandbox.labels);
    for (const one of content) if (hasRootLabel(one)) yield nodeOf('content', one.key);
    for (const one of snapshots) if (hasRootLabel(one)) yield nodeOf('snapshot', one.key);
    for (const ingest of ingests) {
      if (ingest.expiresAt !== undefined && this.nowMs <= ingest.expiresAt)
        yield nodeOf('ingest', ingest.key);
    }
  }

  *references(node: string): Generator<string> {
    const isFlat = node.startsWith(flat);
    const plain = isFlat ? node.slice(flat.length) : node;
    const [type, key] = split(plain);
    if (!isFlat) yield* this.followers.get(plain) ?? [];
    switch (type) {
      case 'image':
        yield* this.fromImage(this.images.get(key), isFlat);
        return;
      case 'container':
        yield* this.fromContainer(this.containers.get(key));
        return;
      case 'content':
        if (!isFlat) yield* this.fromLabels(this.content.get(key)?.labels);
        return;
      case 'snapshot':
        yield* this.fromSnapshot(this.snapshots.get(key), isFlat);
        return;
      case 'ingest':
        yield* fromIngest(this.ingests.get(key));
        return;
      case 'lease':
        return;
    }
  }

  private *fromImage(image: GcImage | undefined, isFlat: boolean): Generator<string> {
    if (image?.target !== undefined) yield (isFlat ? flat : '') + nodeOf('content', image.target);
    if (!isFlat) yield* this.fromLabels(image?.labels);
  }

  private *fromContainer(container: GcContainer | undefined): Generator<string> {
    if (container?.snapshot !== undefined) yield nodeOf('snapshot', container.snapshot);
    if (container !== undefined) yield* labelled(container.labels);
  }

  private *fromSnapshot(snapshot: GcSnapshot | undefined, isFlat: boolean): Generator<string> {
    if (snapshot?.parent !== undefined) yield (isFlat ? flat : '') + nodeOf('snapshot', snapshot.parent);
    if (!isFlat && snapshot !== undefined) yield* labelled(snapshot.labels);
  }

  private *fromLabels(labels: Labels | undefined): Generator<string> {
    if (labels === undefined) return;
    yield* labelled(labels);
    for (const { snapshot, younger, ageMs } of conditionalReferences(labels)) {
      const used = parseRfc3339(this.snapshots.get(snapshot)?.labels[gcUsedAtLabel] ?? '');
      if (used === undefined) continue;
      const age = this.nowMs - used;
      if (younger ? age < ageMs : age > ageMs) yield nodeOf('snapshot', snapshot);
    }
  }

  private gatherFollowers(): void {
    const { content, snapshots, containers, images } = this.namespace;
    const expired = (images ?? []).filter((image) => hasExpired(image.labels, this.nowMs));
    const bearers = [
      ['content', content],
      ['snapshot', snapshots],
      ['container', containers ?? []],
      ['image', expired],
    ] as const;
    for (const [type, objects] of bearers) {
      for (const { key, labels } of objects) {
        for (const reference of backReferences(labels)) {
          const target = nodeOf(reference.type, reference.key);
          const known = this.followers.get(target);
          if (known === undefined) this.followers.set(target, [nodeOf(type, key)]);
          else known.push(nodeOf(type, key));
        }
      }
    }
  }
}

function* leaseRoots(lease: GcLease): Generator<string> {
  yield nodeOf('lease', lease.key);
  const prefix = Object.hasOwn(lease.labels, gcFlatLabel) ? flat : '';
  for (const { type, id } of lease.resources) {
    if (type === 'content') yield prefix + nodeOf('content', id);
    else if (type === 'images') yield prefix + nodeOf('image', id);
    else if (type === 'ingests') yield nodeOf('ingest', id);
    else yield prefix + nodeOf('snapshot', `${type.slice('snapshots/'.length)}/${id}`);
  }
}

function labelled(labels: Labels): string[] {
  return references(labels).map(({ type, key }: LabelReference) => nodeOf(type, key));
}

function* fromIngest(ingest: GcIngest | undefined): Generator<string> {
  if (ingest?.expected !== undefined) yield nodeOf('content', ingest.expected);
}

function hasRootLabel({ labels }: GcObject): boolean {
  return Object.hasOwn(labels, gcRootLabel);
}

function byKey<T extends { readonly key: string }>(objects: readonly T[]): ReadonlyMap<string, T> {
  return new Map(objects.map((object) => [object.key, object]));
}

function split(node: string): [type: GcType, key: string] {
  const colon = node.indexOf(':');
  // Only `nodeOf` makes nodes.
  return [node.slice(0, colon) as GcType, node.slice(colon + 1)];
}
