import type { Labels } from '../labels';

/** containerd's labels for the garbage collector. */
export const gcRootLabel = 'containerd.io/gc.root';
export const gcFlatLabel = 'containerd.io/gc.flat';
export const gcExpireLabel = 'containerd.io/gc.expire';
/** On a snapshot: when it was last used, RFC 3339; conditional references ask for it. */
export const gcUsedAtLabel = 'containerd.io/gc.cond.value-usedat';

/** All labels that the collector reads begin so. */
export const gcPrefix = 'containerd.io/gc.';

const referencePrefix = 'containerd.io/gc.ref.';
const backReferencePrefix = 'containerd.io/gc.bref.';
const conditionPrefix = 'containerd.io/gc.cond.snapshot';

export type ReferenceType = 'content' | 'image' | 'container' | 'snapshot';

/** What a label points at. A snapshot's key begins with `<snapshotter>/`. */
export interface LabelReference {
  readonly type: ReferenceType;
  readonly key: string;
}

/** What labels say their bearer needs. */
export function references(labels: Labels): LabelReference[] {
  return collect(labels, referencePrefix, ['content', 'image']);
}

/** What labels say their bearer lives with: while one of these is alive, the bearer is. */
export function backReferences(labels: Labels): LabelReference[] {
  return collect(labels, backReferencePrefix, ['container', 'content', 'image']);
}

function collect(labels: Labels, prefix: string, types: readonly ReferenceType[]): LabelReference[] {
  const found: LabelReference[] = [];
  for (const [label, key] of Object.entries(labels)) {
    if (!label.startsWith(prefix)) continue;
    const rest = label.slice(prefix.length);
    if (rest.startsWith('snapshot.')) {
      const [snapshotter] = rest.slice('snapshot.'.length).split('/');
      if (snapshotter !== '') found.push({ type: 'snapshot', key: `${snapshotter}/${key}` });
      continue;
    }
    // The type's name may go on with a dot or a slash and anything; `gc.ref.contentbad` is no reference.
    const type = types.find(
      (name) => rest === name || rest.startsWith(`${name}.`) || rest.startsWith(`${name}/`),
    );
    if (type !== undefined) found.push({ type, key });
  }
  return found;
}

/** A reference to a snapshot that holds only while the snapshot was used recently (`younger`), or long ago. */
export interface ConditionalReference {
  /** `<snapshotter>/<key>` */
  readonly snapshot: string;
  readonly younger: boolean;
  readonly ageMs: number;
}

/**
 * Labels `containerd.io/gc.cond.snapshot.<snapshotter>` with values such as `usedat<2h|key`; commas part alternatives. What does not
 * have this form is ignored.
 */
export function conditionalReferences(labels: Labels): ConditionalReference[] {
  const found: ConditionalReference[] = [];
  for (const [label, value] of Object.entries(labels)) {
    if (!label.startsWith(conditionPrefix)) continue;
    const snapshotter = label.slice(conditionPrefix.length).replace(/^\./, '').split('/')[0];
    for (const part of value.split(',')) {
      const match = /^usedat([<>])([^|]+)\|(.+)$/.exec(part.trim());
      const ageMs = match === null ? undefined : parseDuration(match[2]);
      if (match === null || ageMs === undefined || snapshotter === '') continue;
      found.push({ snapshot: `${snapshotter}/${match[3]}`, younger: match[1] === '<', ageMs });
    }
  }
  return found;
}

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1e3,
  m: 60e3,
  h: 3_600e3,
};

/** Milliseconds of a Go duration such as `1h30m`; undefined when it is none. */
function parseDuration(text: string): number | undefined {
  if (!/^([0-9.]+(ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/([0-9.]+)(ns|us|µs|ms|s|m|h)/g)) {
    total += Number(amount) * unitMs[unit];
  }
  return Number.isNaN(total) ? undefined : total;
}

/** Whether a lease or an image with these labels has run out. A time that cannot be read never runs out. */
export function hasExpired(labels: Labels, nowMs: number): boolean {
  if (!Object.hasOwn(labels, gcExpireLabel)) return false;
  const at = parseRfc3339(labels[gcExpireLabel]);
  return at !== undefined && nowMs > at;
}

/** Epoch milliseconds; undefined when it is no such time. */
export function parseRfc3339(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}
