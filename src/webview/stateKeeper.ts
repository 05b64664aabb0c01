import type { CacheName } from '../protocol/messages';
import { readPageState, type PageState } from '../protocol/pageState';
import type { VsCodeApi } from './vscodeApi';

/** How long changes are collected before they are kept, in milliseconds: panning changes the view in every frame. */
const delay = 200;

const fresh: Omit<PageState, 'cache'> = {
  expandedIds: [],
  detailsOpen: true,
  legendOpen: false,
  searchText: '',
};

/** Keeps the page's state with the editor, so that a hidden page or a reloaded window comes back as it was. */
export class StateKeeper {
  readonly #api: Pick<VsCodeApi, 'getState' | 'setState'>;
  #state: Omit<PageState, 'cache'> & { cache?: CacheName };
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Pick<VsCodeApi, 'getState' | 'setState'>) {
    this.#api = api;
    this.#state = readPageState(api.getState()) ?? fresh;
  }

  get state(): Omit<PageState, 'cache'> {
    return this.#state;
  }

  /** Whatever was kept of another cache's picture is dropped; what belongs to the person stays. */
  setCache(cache: CacheName): void {
    if (this.#state.cache !== undefined && this.#state.cache.id !== cache.id) {
      const { detailsOpen, detailsWidth, legendOpen } = this.#state;
      this.#state = { ...fresh, detailsOpen, detailsWidth, legendOpen };
    }
    this.change({ cache });
  }

  change(changes: Partial<PageState>): void {
    this.#state = { ...this.#state, ...changes };
    this.#timer ??= setTimeout(() => this.flush(), delay);
  }

  /** Keeps what is not kept yet; for when the page goes away. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#state.cache !== undefined) this.#api.setState(this.#state);
  }
}
