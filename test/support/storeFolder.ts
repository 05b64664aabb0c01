import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { Clock } from '../../src/store/clock';
import type { LocalStore } from '../../src/store/localStore';
import { openLocalStore, type OpenStoreOptions } from '../../src/store/openLocalStore';

/** A clock that stands still until it is told to go on. */
export class TestClock implements Clock {
  constructor(private ms = 1_700_000_000_000) {}

  now() {
    return { ms: this.ms, nanos: 0 };
  }

  advance(ms: number): void {
    this.ms += ms;
  }
}

const folders: string[] = [];
const stores: LocalStore[] = [];

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bci-store-'));
  folders.push(folder);
  return folder;
}

/** A store that is closed after the test; in a folder of its own unless one is given. */
export async function temporaryStore(
  options: OpenStoreOptions = {},
  folder = join(temporaryFolder(), 'store'),
): Promise<LocalStore> {
  const store = await openLocalStore(folder, { create: true, ...options });
  stores.push(store);
  return store;
}

afterEach(async () => {
  for (const store of stores.splice(0)) await store.close().catch(() => undefined);
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
