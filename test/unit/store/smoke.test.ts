import { writeFileSync, mkdirSync, readFileSync, symlinkSync, linkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryStore } from '../../support/storeFolder';

it('works', async () => {
  let store = await temporaryStore();
  store.metadata.put('a', { description: 'x', size: -1, createdAt: { ms: 1700000000000, nanos: 5 }, chainId: 'sha256:1', imageRefs: ['i'] });
  await store.database.commit();
  await store.snapshots.prepare('s1');
  const m = await store.snapshots.mounts('s1');
  mkdirSync(join(m.path, 'd'));
  writeFileSync(join(m.path, 'd/f'), 'hello');
  writeFileSync(join(m.path, 'd/gone'), 'bye');
  symlinkSync('d/f', join(m.path, 'l'));
  await store.snapshots.commit('S1', 's1');
  await store.snapshots.prepare('s2', 'S1');
  const m2 = await store.snapshots.mounts('s2');
  expect(readFileSync(join(m2.path, 'd/f'), 'utf8')).toBe('hello');
  writeFileSync(join(m2.path, 'd/f2'), 'world');
  linkSync(join(m2.path, 'd/f2'), join(m2.path, 'd/f3'));
  rmSync(join(m2.path, 'd/gone'));
  await store.snapshots.commit('S2', 's2');
  expect(await store.snapshots.diff('S1', 'S2')).toEqual([
    { kind: 'add', path: 'd/f2' },
    { kind: 'add', path: 'd/f3' },
    { kind: 'delete', path: 'd/gone' },
  ]);
  const layer = await store.differ.compare('S1', 'S2');
  const again = await store.differ.compare('S1', 'S2');
  expect(again).toEqual(layer);
  await store.snapshots.prepare('x', 'S1');
  await store.applier.apply(layer.digest, 'x', { diffId: layer.diffId });
  await store.snapshots.commit('X', 'x');
  expect(await store.snapshots.diff('S2', 'X')).toEqual([]);
  await store.snapshots.merge('M', [{ upper: 'S1' }, { lower: 'S1', upper: 'S2' }]);
  expect(await store.snapshots.diff('S2', 'M')).toEqual([]);
  const before = store.metadata.all();
  const path = store.path;
  await store.close();
  store = await temporaryStore({}, path);
  expect(store.metadata.all()).toEqual(before);
  expect(store.snapshots.walk().map((s) => s.key)).toEqual(['M', 'S1', 'S2', 'X']);
  store.leases.create('keep');
  store.leases.addResource('keep', { type: 'snapshots/local', id: 'S2' });
  const stats = await store.collect();
  expect(stats).toMatchObject({ content: 1, snapshots: 2, leftovers: [] });
});
