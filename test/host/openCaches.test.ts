import assert from 'node:assert/strict';
import type { CacheChange } from '../../src/host/openCaches';
import { CacheError } from '../../src/model/cacheError';
import { makeInventory, makeRecord } from '../unit/model/records';
import { fakeCaches, Memory, type Read, until } from './support/fakeCaches';

const one = makeInventory([makeRecord({ id: 'one' })]);
const two = makeInventory([makeRecord({ id: 'one' }), makeRecord({ id: 'two' })]);
const readOne: Read = () => Promise.resolve(one);

/** A reading that ends when the test says so, or when it is aborted. */
function pending(): { read: Read; end: (inventory: typeof one) => void } {
  let end: (inventory: typeof one) => void = () => assert.fail('not being read');
  const read: Read = ({ signal }) =>
    new Promise((resolve, reject) => {
      end = resolve;
      signal?.addEventListener('abort', () => reject(new Error('aborted')));
    });
  return { read, end: (inventory) => end(inventory) };
}

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the open caches', () => {
  it('hold a cache with its inventory once it is read', async () => {
    const { caches } = fakeCaches(() => readOne);
    await caches.open('/a');
    const cache = caches.get('/a');
    assert.equal(cache?.status.kind, 'ready');
    assert.equal(cache.label, 'label of /a');
    assert.equal(cache.loaded?.revision, 1);
    assert.deepEqual(cache.loaded.inventory, one);
  });

  it('show the first records before the rest is read', async () => {
    const late = pending();
    const { caches } = fakeCaches(() => (options) => {
      options.onRecords?.({ ...one, complete: false });
      return late.read(options);
    });
    const opened = caches.open('/a');
    await tick();
    assert.equal(caches.get('/a')?.status.kind, 'reading');
    assert.equal(caches.get('/a')?.loaded?.inventory.complete, false);
    late.end(two);
    await opened;
    assert.equal(caches.get('/a')?.loaded?.inventory, two);
    assert.equal(caches.get('/a')?.loaded?.revision, 2);
  });

  it('keep the old inventory in place while the cache is read again', async () => {
    const late = pending();
    let read: Read = () => Promise.resolve(two);
    const { caches } = fakeCaches(() => (options) => read(options));
    await caches.open('/a');
    read = (options) => {
      options.onRecords?.({ ...one, complete: false });
      return late.read(options);
    };
    const refreshed = caches.refresh('/a');
    await tick();
    assert.equal(caches.get('/a')?.loaded?.inventory, two);
    late.end(one);
    await refreshed;
    assert.equal(caches.get('/a')?.loaded?.inventory, one);
    assert.equal(caches.get('/a')?.loaded?.revision, 2);
  });

  it('are read once, however often that is asked for meanwhile', async () => {
    const late = pending();
    const { caches, reads } = fakeCaches(() => late.read);
    const asked = [caches.open('/a'), caches.open('/a'), caches.refresh('/a')];
    await tick();
    late.end(one);
    await Promise.all(asked);
    assert.equal(reads.get('/a'), 1);
  });

  it('tell why a cache cannot be read, and read it when asked again', async () => {
    let read: Read = () => Promise.reject(new CacheError('noPermission', 'You may not read /a.'));
    const { caches } = fakeCaches(() => (options) => read(options));
    await caches.open('/a');
    const status = caches.get('/a')?.status;
    assert.equal(status?.kind === 'failed' && status.error.reason, 'noPermission');
    read = readOne;
    await caches.open('/a');
    assert.equal(caches.get('/a')?.status.kind, 'ready');
  });

  it('turn what nobody expected into an error that names the cache', async () => {
    const { caches } = fakeCaches(() => () => Promise.reject(new TypeError('x is not a function')));
    await caches.open('/a');
    const status = caches.get('/a')?.status;
    assert.ok(status?.kind === 'failed');
    assert.equal(status.error.message, 'Cannot read /a: x is not a function');
  });

  it('are not failed when reading is cancelled, and can be read then', async () => {
    const late = pending();
    let read = late.read;
    const { caches } = fakeCaches(() => (options) => read(options));
    const opened = caches.open('/a');
    await tick();
    caches.cancel('/a');
    assert.deepEqual(caches.get('/a')?.status, { kind: 'unread', cancelled: true });
    read = readOne;
    await Promise.all([opened, caches.refresh('/a')]);
    assert.equal(caches.get('/a')?.status.kind, 'ready');
  });

  it('drop what a reading brings after its cache was closed', async () => {
    const late = pending();
    const { caches, reads } = fakeCaches(() => late.read);
    const first = caches.open('/a');
    await tick();
    await caches.close('/a');
    assert.deepEqual(caches.all(), []);
    const second = caches.open('/a');
    await tick();
    late.end(one);
    await Promise.all([first, second]);
    assert.equal(reads.get('/a'), 2);
    assert.equal(caches.get('/a')?.status.kind, 'ready');
  });

  it('are remembered in order, and read again only when they are woken', async () => {
    const memory = new Memory();
    const before = fakeCaches(() => readOne, memory).caches;
    for (const id of ['/a', '/b', '/c']) await before.open(id);
    await before.close('/b');

    const after = fakeCaches(() => readOne, memory);
    assert.deepEqual(
      after.caches.all().map(({ id, status }) => [id, status.kind]),
      [
        ['/a', 'unread'],
        ['/c', 'unread'],
      ],
    );
    assert.equal(after.reads.size, 0);
    await after.caches.wake();
    assert.deepEqual(
      after.caches.all().map(({ status }) => status.kind),
      ['ready', 'ready'],
    );
  });

  it('are not disturbed by a memory that holds something else', () => {
    const memory = new Memory();
    void memory.update('openCaches', { broken: true });
    assert.deepEqual(fakeCaches(() => readOne, memory).caches.all(), []);
  });

  it('tell of each change with the cache as it then is', async () => {
    const { caches } = fakeCaches(() => (options) => {
      options.onProgress?.({ stage: 'records', done: 0.5 });
      return Promise.resolve(one);
    });
    const changes: CacheChange['what'][] = [];
    caches.onDidChange(({ what, cache }) => {
      if (what !== 'closed') assert.equal(caches.get(cache.id), cache);
      changes.push(what);
    });
    await caches.open('/a');
    await caches.close('/a');
    assert.deepEqual(changes, ['opened', 'started', 'status', 'progress', 'inventory', 'closed']);
  });

  it('are read again soon after they changed, once for a swarm of changes, without a word on the way', async () => {
    let read: Read = readOne;
    const { caches, change, reads } = fakeCaches(() => (options) => read(options));
    await caches.open('/a');
    const seen: string[] = [];
    caches.onDidChange(({ what, cache }) => seen.push(`${what} ${cache.status.kind}`));
    read = () => Promise.resolve(two);
    for (let i = 0; i < 5; i++) assert.equal(change('/a'), 1);
    await until(() => caches.get('/a')?.loaded?.revision === 2, 'the second reading');
    assert.equal(caches.get('/a')?.loaded?.inventory, two);
    assert.deepEqual(seen, ['inventory ready']);
    assert.equal(reads.get('/a'), 2);
    caches.dispose();
  });

  it('are read once more when they change while they are read', async () => {
    const late = pending();
    let read: Read = late.read;
    const { caches, change, reads } = fakeCaches(() => (options) => read(options));
    const opened = caches.open('/a');
    await tick();
    change('/a');
    read = () => Promise.resolve(two);
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(reads.get('/a'), 1);
    late.end(one);
    await opened;
    await until(() => caches.get('/a')?.loaded?.inventory === two, 'the reading after the change');
    caches.dispose();
  });

  it('are not watched any more once they are closed', async () => {
    const { caches, change, reads } = fakeCaches(() => readOne);
    await caches.open('/a');
    change('/a');
    await caches.close('/a');
    assert.equal(change('/a'), 0);
    await new Promise((resolve) => setTimeout(resolve, 250));
    assert.equal(reads.get('/a'), 1);
    caches.dispose();
  });
});
