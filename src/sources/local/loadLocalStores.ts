import type { LocalStores } from './localStores';

let loading: Promise<LocalStores> | undefined;

/** The stores of this process. The store's code, with SQLite, is loaded when this is first called. */
export function loadLocalStores(): Promise<LocalStores> {
  loading ??= import('./localStores').then(({ LocalStores }) => new LocalStores());
  return loading;
}

/** Gives back every store that this process has open to work with. */
export async function closeLocalStores(): Promise<void> {
  await (await loading)?.close();
}
