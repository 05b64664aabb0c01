import { describe, expect, it } from 'vitest';
import { conditionalReferences, references } from '../../../src/store/gc/gcLabels';
import { mark, type GcNamespace } from '../../../src/store/gc/mark';
import { tricolor } from '../../../src/store/gc/tricolor';

const now = Date.parse('2024-06-01T00:00:00Z');
const past = '2024-05-31T23:59:59Z';
const future = '2024-06-01T01:00:00Z';
const empty: GcNamespace = { leases: [], content: [], snapshots: [], ingests: [] };

const object = (key: string, labels: Record<string, string> = {}) => ({ key, labels });
const alive = (namespace: Partial<GcNamespace>) => [...mark({ ...empty, ...namespace }, now)].sort();
const held = (id: string, labels: Record<string, string>, ...resources: [type: string, id: string][]) => ({
  key: id,
  labels,
  resources: resources.map(([type, resource]) => ({ type, id: resource })),
});

describe('marking, by containerd’s rules', () => {
  it('G1: finds what the roots reach, through cycles, and nothing else', () => {
    const edges: Record<string, string> = { A: 'B', B: 'A', C: 'DFB', E: 'FG', F: 'H' };
    const found = tricolor(['A', 'C'], (node) => edges[node] ?? '');
    expect([...found].sort().join('')).toBe('ABCDFH');
  });

  it('G2: reads content references, with a suffix after a dot or slash only', () => {
    const ref = 'containerd.io/gc.ref.content';
    const keys = (labels: Record<string, string>) =>
      references(labels).map(({ type, key }) => `${type} ${key}`);
    expect(keys({ [ref]: 'd1' })).toEqual(['content d1']);
    expect(keys({ [`${ref}.anything-1`]: 'd2', [`${ref}.anything-2`]: 'd3' })).toEqual([
      'content d2',
      'content d3',
    ]);
    expect(keys({ [`${ref}bad`]: 'd1' })).toEqual([]);
    expect(keys({ [`${ref}/anything-1`]: 'd2' })).toEqual(['content d2']);
  });

  it('G3: follows snapshot parents and snapshot labels with the snapshotter’s name up to a slash', () => {
    const ref = 'containerd.io/gc.ref.snapshot';
    const snapshots = [
      object('overlay/sn1'),
      { ...object('overlay/sn2'), parent: 'overlay/sn1' },
      object('btrfs/sn1'),
      object('overlay/sn4', { [`${ref}.btrfs`]: 'sn1', [`${ref}.overlay`]: 'sn1' }),
      object('overlay/sn5', { [`${ref}.overlay/a`]: 'sn1', [`${ref}.overlay/b`]: 'sn2' }),
    ];
    const reached = (key: string) =>
      alive({ snapshots, leases: [held('l', {}, ['snapshots/overlay', key])] }).filter(
        (node) => node !== 'lease:l',
      );
    expect(reached('sn2')).toEqual(['snapshot:overlay/sn1', 'snapshot:overlay/sn2']);
    expect(reached('sn4')).toEqual(['snapshot:btrfs/sn1', 'snapshot:overlay/sn1', 'snapshot:overlay/sn4']);
    expect(reached('sn5')).toEqual(['snapshot:overlay/sn1', 'snapshot:overlay/sn2', 'snapshot:overlay/sn5']);
  });

  it('G4: keeps unexpired images, and expired ones that an unexpired lease holds', () => {
    const images = [
      { ...object('i1'), target: 'd1' },
      object('i2', { 'containerd.io/gc.expire': past }),
      object('i3', { 'containerd.io/gc.expire': past }),
      object('i4', { 'containerd.io/gc.expire': past }),
    ];
    const leases = [
      held('good', { 'containerd.io/gc.expire': future }, ['images', 'i3']),
      held('over', { 'containerd.io/gc.expire': past }, ['images', 'i4']),
    ];
    expect(alive({ images, leases })).toEqual(['content:d1', 'image:i1', 'image:i3', 'lease:good']);
  });

  it('G5: keeps uploads that have not expired or are leased, and what they are going to be', () => {
    const ingests = [
      { key: 'a' },
      { key: 'b', expiresAt: now - 1 },
      { key: 'c', expiresAt: now + 3_600_000 },
      { key: 'd', expected: 'd8' },
    ];
    const found = alive({
      ingests,
      leases: [held('l', {}, ['ingests', 'd'])],
      content: [object('d8'), object('d9')],
    });
    expect(found).toEqual(['content:d8', 'ingest:c', 'ingest:d', 'lease:l']);
  });

  it('G6: takes containers and what sandboxes name as roots', () => {
    const found = alive({
      containers: [
        { ...object('c1'), snapshot: 'overlay/c1' },
        object('c2', { 'containerd.io/gc.ref.content': 'd1' }),
      ],
      sandboxes: [object('box', { 'containerd.io/gc.ref.snapshot.overlay': 'sn1' })],
      snapshots: [object('overlay/c1'), object('overlay/sn1'), object('overlay/sn2')],
    });
    expect(found).toEqual([
      'container:c1',
      'container:c2',
      'content:d1',
      'snapshot:overlay/c1',
      'snapshot:overlay/sn1',
    ]);
  });

  it('G7: does not follow labels from what a flat lease lists', () => {
    const content = [object('p', { 'containerd.io/gc.ref.content': 'k' }), object('k')];
    const flat = held('l', { 'containerd.io/gc.flat': 'x' }, ['content', 'p']);
    expect(alive({ content, leases: [flat] })).toEqual(['content:p', 'lease:l']);
    expect(alive({ content, leases: [{ ...flat, labels: {} }] })).toEqual([
      'content:k',
      'content:p',
      'lease:l',
    ]);
  });

  it('G8: keeps the parents of a flatly held snapshot, and their labels only by another lease', () => {
    const chain = [1, 2, 3, 4].map((n) => ({
      ...object(`o/s${n}`, n === 1 ? { 'containerd.io/gc.ref.content': 'c1' } : {}),
      ...(n > 1 ? { parent: `o/s${n - 1}` } : {}),
    }));
    const flat = held('flat', { 'containerd.io/gc.flat': 'x' }, ['snapshots/o', 's3']);
    const input = { snapshots: chain, content: [object('c1')] };
    const kept = ['snapshot:o/s1', 'snapshot:o/s2', 'snapshot:o/s3'];
    expect(alive({ ...input, leases: [flat] })).toEqual(['lease:flat', ...kept]);
    const deep = held('deep', {}, ['snapshots/o', 's1']);
    expect(alive({ ...input, leases: [flat, deep] })).toEqual([
      'content:c1',
      'lease:deep',
      'lease:flat',
      ...kept,
    ]);
  });

  it('G9: keeps a cycle while one of it is leased', () => {
    const ref = 'containerd.io/gc.ref.content';
    const content = [object('x', { [ref]: 'y' }), object('y', { [ref]: 'x' })];
    expect(alive({ content, leases: [held('l', {}, ['content', 'x'])] })).toEqual([
      'content:x',
      'content:y',
      'lease:l',
    ]);
    expect(alive({ content })).toEqual([]);
  });

  it('G13: keeps a child that names its living parent by a back reference', () => {
    const content = [object('child', { 'containerd.io/gc.bref.image': 'img' })];
    expect(alive({ content, images: [object('img')] })).toEqual(['content:child', 'image:img']);
    expect(alive({ content })).toEqual([]);
  });

  it('holds to conditional references while the snapshot’s last use fits', () => {
    const labels = { 'containerd.io/gc.cond.snapshot.overlay': 'usedat<2h|sn' };
    expect(conditionalReferences(labels)).toEqual([
      { snapshot: 'overlay/sn', younger: true, ageMs: 7_200_000 },
    ]);
    const at = (usedAt: string) =>
      alive({
        images: [object('i', labels)],
        snapshots: [object('overlay/sn', { 'containerd.io/gc.cond.value-usedat': usedAt })],
      });
    expect(at('2024-05-31T23:00:00Z')).toContain('snapshot:overlay/sn');
    expect(at('2024-05-31T21:00:00Z')).not.toContain('snapshot:overlay/sn');
  });
});
