import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isStoreError } from '../../src/store/storeError';
import type { LocalStore } from '../../src/store/localStore';
import { openLocalStore } from '../../src/store/openLocalStore';

/*
 * Works on a store until it is killed or its input ends. Arguments: `work FOLDER SEED` does random work and says what has been acknowledged;
 * `hold FOLDER` opens, says whether it may write, and waits.
 */

const say = (line: string) => process.stdout.write(`${line}\n`);

/** Small and repeatable. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A record, its lease and its snapshot in one transaction, so that either all are there or none. */
async function add(store: LocalStore, id: string): Promise<void> {
  await store.snapshots.prepare(`${id}-work`);
  const { path } = await store.snapshots.mounts(`${id}-work`);
  writeFileSync(join(path, 'file'), id);
  await store.snapshots.commit(id, `${id}-work`);
  store.database.transaction(() => {
    store.metadata.put(id, { snapshotId: id, committed: true, chainId: `sha256:${id}`, imageRefs: [id] });
    store.leases.create(id, { 'containerd.io/gc.flat': 'x' });
    store.leases.addResource(id, { type: `snapshots/${store.snapshots.name}`, id });
  });
}

async function upload(store: LocalStore, id: string): Promise<string> {
  const writer = await store.content.writer({ ref: id, lease: id });
  for (let n = 0; n < 3; n++) await writer.write(Buffer.from(`${id} part ${n} `.repeat(50)));
  const { digest } = await writer.commit();
  store.metadata.put(id, { blob: digest });
  return digest;
}

async function work(folder: string, seed: number): Promise<void> {
  const random = randomFrom(seed);
  const store = await openLocalStore(folder, { create: true, checkpointBytes: 20_000 });
  if (!store.state.writable) {
    say(`refused ${store.state.because}`);
    return;
  }
  const ids = store.metadata.all().map(({ id }) => id);
  say('open');
  for (let n = 0; ; n++) {
    const id = `r${seed}x${n}`;
    const choice = random();
    if (choice < 0.55 || ids.length === 0) {
      await add(store, id);
      const blob = random() < 0.3 ? await upload(store, id) : '';
      ids.push(id);
      await store.database.commit();
      say(`added ${id} ${blob}`);
    } else if (choice < 0.9) {
      const [gone] = ids.splice(Math.floor(random() * ids.length), 1);
      store.database.transaction(() => {
        store.metadata.clear(gone);
        store.leases.remove(gone);
      });
      say(`removing ${gone}`);
      await store.database.commit();
      say(`removed ${gone}`);
    } else {
      await store.collect();
      say('collected');
    }
  }
}

async function hold(folder: string): Promise<void> {
  const store = await openLocalStore(folder, { create: true });
  say(store.state.writable ? 'writer' : 'reader');
  process.stdin.resume();
  await new Promise((done) => process.stdin.on('end', done));
  await store.close();
  say('closed');
}

const [, , command, folder, seed] = process.argv;
const running = command === 'work' ? work(folder, Number(seed)) : hold(folder);
running.catch((error: unknown) => {
  say(`failed ${isStoreError(error) ? error.reason : ''} ${String(error)}`);
  process.exitCode = 1;
});
