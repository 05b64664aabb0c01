import type { HostChannel } from './hostChannel';
import { RequestError } from './hostChannel';

/** How long typing rests before the host is asked, in milliseconds. */
const patience = 150;

export interface SearchEvents {
  /** Indices of the records found; undefined when nothing is searched for. */
  onHits(records: readonly number[] | undefined): void;
  onProblem(message: string): void;
}

/** Asks the host for the records that a text is found in, not more often than needed; answers to older texts are dropped. */
export class SearchControl {
  readonly #channel: HostChannel;
  readonly #events: SearchEvents;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #question = 0;

  constructor(channel: HostChannel, events: SearchEvents) {
    this.#channel = channel;
    this.#events = events;
  }

  /** @param now does not wait for more typing */
  search(text: string, now = false): void {
    clearTimeout(this.#timer);
    const question = ++this.#question;
    if (text.trim() === '') this.#events.onHits(undefined);
    else this.#timer = setTimeout(() => void this.#ask(text, question), now ? 0 : patience);
  }

  async #ask(text: string, question: number): Promise<void> {
    try {
      const { indices } = await this.#channel.request('search', { text });
      if (question === this.#question) this.#events.onHits(indices);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (question === this.#question) this.#events.onProblem(error.message);
    }
  }
}
