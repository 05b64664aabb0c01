import type { CacheName, CacheState } from '../protocol/messages';
import type { PageFrame } from './pageFrame';
import type { StateKeeper } from './stateKeeper';
import type { MessageAction } from './ui/overlay';

export interface StatusEvents {
  onRefresh(): void;
  onShowLog(): void;
}

/** Says in words how the cache is: being read, failed, empty, or read with notes. */
export class StatusControl {
  readonly #frame: PageFrame;
  readonly #keeper: StateKeeper;
  readonly #events: StatusEvents;
  readonly #showLog: MessageAction;

  constructor(frame: PageFrame, keeper: StateKeeper, events: StatusEvents) {
    this.#frame = frame;
    this.#keeper = keeper;
    this.#events = events;
    this.#showLog = { label: 'Show Log', run: () => events.onShowLog() };
  }

  /** Before the host has said anything. */
  showStart(): void {
    this.#frame.overlay.show('loading', 'Opening the cache…', '');
  }

  /** @param hasGraph whether an older picture of the same cache is shown; it stays */
  showState(cache: CacheName, state: CacheState, hasGraph: boolean): void {
    const { overlay, banner } = this.#frame;
    this.#frame.setBusy(hasGraph && state.kind === 'loading' ? state.message : undefined);
    if (state.kind === 'ready') return;
    if (state.kind === 'loading') {
      if (!hasGraph) overlay.show('loading', `Opening ${cache.label}`, state.message);
      return;
    }
    const actions = [this.#refresh('Retry'), this.#showLog];
    if (hasGraph) banner.show('error', [state.message], actions);
    else overlay.show('failed', `${cache.label} cannot be shown`, state.message, actions);
  }

  /** The graph is there: its picture takes the place of words, or there is nothing to draw. */
  showGraph(cache: CacheName, recordCount: number, notes: readonly string[]): void {
    this.#frame.setBusy(undefined);
    this.#showNotes(notes);
    if (recordCount > 0) {
      this.#frame.overlay.hide();
      return;
    }
    const text = `${cache.label} holds no records. After the next build, refresh.`;
    this.#frame.overlay.show('empty', 'No records', text, [this.#refresh('Refresh')]);
  }

  showLayoutFailure(error: unknown, retry: () => void): void {
    const actions = [{ label: 'Try Again', run: retry }, this.#showLog];
    this.#frame.overlay.show('failed', 'The graph cannot be laid out', String(error), actions);
  }

  #showNotes(notes: readonly string[]): void {
    const sum = sumOf(notes);
    if (notes.length === 0 || sum === this.#keeper.state.dismissedNotes) {
      this.#frame.banner.hide();
      return;
    }
    this.#frame.banner.show('warning', notes, [this.#showLog], () =>
      this.#keeper.change({ dismissedNotes: sum }),
    );
  }

  #refresh(label: string): MessageAction {
    return { label, run: () => this.#events.onRefresh() };
  }
}

/** A number by which other notes are told from these (FNV-1a over their characters). */
function sumOf(notes: readonly string[]): number {
  let sum = 0x811c9dc5;
  for (const note of notes) {
    for (let i = 0; i < note.length; i++) sum = Math.imul(sum ^ note.charCodeAt(i), 0x01000193);
  }
  return sum >>> 0;
}
