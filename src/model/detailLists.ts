import { absence, notFound } from './absence';
import type { DetailLink, DetailList } from './details';
import { formatAge, formatBytes, formatCount, shortDigest, shortId } from './format';
import type { Lease, LeaseResource } from './inventory';
import type { InventoryIndex } from './inventoryIndex';
import type { CacheRecord, ParentLink } from './record';
import { sortRecords } from './sortRecords';
import { titleAt } from './titles';
import { roleWord } from './words';

/** The most entries that a list shows. */
export const maximumItems = 200;

/** A list of the first `maximumItems` of `entries`. */
export function boundedList<T>(
  title: string,
  entries: readonly T[],
  linkOf: (entry: T) => DetailLink,
): DetailList {
  return { title, items: entries.slice(0, maximumItems).map(linkOf), total: entries.length };
}

/** What the record stands on, in stored order. */
export function parentList(index: InventoryIndex, record: CacheRecord): DetailList {
  return boundedList('Parents', record.parents, (link) => {
    const parent = index.recordIndex(link.id);
    const role = roleWord(link.role, link.position);
    if (parent !== undefined) return recordLink(index, parent, role);
    return { text: shortId(link.id), note: `${role} · not in this cache`, full: link.id, missing: true };
  });
}

/** What stands on the record, newest first. */
export function childList(index: InventoryIndex, recordIndex: number): DetailList {
  const { records } = index.inventory;
  const sorted = sortRecords(index, 'created', index.children(recordIndex));
  const leadsHere = ({ id }: ParentLink) => index.recordIndex(id) === recordIndex;
  return boundedList('Children', [...sorted], (child) => {
    const roles = records[child].parents.filter(leadsHere).map((link) => roleWord(link.role, link.position));
    return recordLink(index, child, `as ${roles.join(', ')}`);
  });
}

/** A link to a record, with its size behind the note. */
export function recordLink(index: InventoryIndex, recordIndex: number, note: string): DetailLink {
  const { id, size } = index.inventory.records[recordIndex];
  const bytes = size === undefined ? 'size unknown' : formatBytes(size);
  return { text: titleAt(index, recordIndex).title, note: `${note} · ${bytes}`, full: id, recordId: id };
}

/** What keeps the record's snapshot and blobs from being collected. */
export function leaseList(index: InventoryIndex, record: CacheRecord, now: number): DetailList {
  return boundedList('Leases', record.leases, (id) => {
    const lease = index.lease(id);
    if (lease === undefined) {
      const note = absence(index.inventory, 'leases');
      return { text: shortId(id), note, full: id, missing: note === notFound };
    }
    const owner = index.recordIndex(id.replace(/-(?:view|variants)$/, ''));
    const isOther = owner !== undefined && owner !== index.recordIndex(record.id);
    const states = isOther ? [`of ${titleAt(index, owner).title}`] : [];
    states.push(...leaseStates(lease, record, now), `holds ${held(lease.resources)}`);
    const recordId = isOther ? index.inventory.records[owner].id : undefined;
    return { text: shortId(id), note: states.join(' · '), full: id, recordId };
  });
}

/** BuildKit's and containerd's own ways to name and label leases, in words. */
function leaseStates({ id, labels }: Lease, record: CacheRecord, now: number): readonly string[] {
  const states: string[] = [];
  if (id === record.id || id === record.twin) states.push("the record's own");
  if (id.endsWith('-view')) states.push('for a mount');
  if (id.endsWith('-variants')) states.push('for other compressions');
  if ('buildkit/lease.temporary' in labels) states.push('temporary');
  const expiry = Date.parse(labels['containerd.io/gc.expire'] ?? '');
  if (!Number.isNaN(expiry))
    states.push(`${expiry <= now ? 'expired' : 'expires'} ${formatAge(expiry, now)}`);
  return states;
}

/** How many resources of a lease are named one by one. */
const maximumHeld = 4;

function held(resources: readonly LeaseResource[]): string {
  if (resources.length === 0) return 'nothing';
  const names = resources.slice(0, maximumHeld).map(({ kind, id }) => {
    return kind === 'content' ? `content ${shortDigest(id)}` : `${kind} ${shortId(id)}`;
  });
  const more = resources.length - names.length;
  return more === 0 ? names.join(', ') : `${names.join(', ')} and ${formatCount(more)} more`;
}
