import type { HostMessage, PageMessage, RequestMessage, RequestMethod, Requests } from '../protocol/messages';
import { parseHostMessage } from '../protocol/parseMessages';
import { requestShapes } from '../protocol/requests';
import { parse } from '../protocol/shape';

/** A request that the host refused, did not answer in time, or answered with something else. */
export class RequestError extends Error {
  override readonly name = 'RequestError';

  constructor(
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

/** Messages that are not answers. */
export type HostEvent = Exclude<HostMessage, { type: 'reply' }>;

interface Pending {
  readonly method: RequestMethod;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: RequestError) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** How long a reply may take, in milliseconds. */
const patience = 20_000;

/** The page's end of the line to the extension host: checks what comes in, matches replies with requests. */
export class HostChannel {
  readonly #post: (message: unknown) => void;
  readonly #pending = new Map<number, Pending>();
  #lastRequest = 0;
  #onEvent: (event: HostEvent) => void = () => undefined;

  constructor(post: (message: unknown) => void) {
    this.#post = post;
  }

  onEvent(listener: (event: HostEvent) => void): void {
    this.#onEvent = listener;
  }

  post(message: PageMessage): void {
    this.#post(message);
  }

  log(level: 'info' | 'error', message: string): void {
    this.post({ type: 'log', level, message });
  }

  /** @throws RequestError */
  request<M extends RequestMethod>(method: M, params: Requests[M]['params']): Promise<Requests[M]['result']> {
    const requestId = ++this.#lastRequest;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(requestId);
        reject(new RequestError('timeout', `No answer after ${patience / 1000} seconds.`));
      }, patience);
      const accept = (result: unknown) => {
        const parsed = parse<Requests[M]['result']>(requestShapes[method].result, result, 'result');
        if (parsed.ok) resolve(parsed.value);
        else reject(new RequestError('badReply', `The answer cannot be read: ${parsed.problem}.`));
      };
      this.#pending.set(requestId, { method, resolve: accept, reject, timer });
      // Method and params belong together by this function's own signature.
      this.post({ type: 'request', requestId, method, params } as RequestMessage);
    });
  }

  /** Takes whatever arrived from outside. */
  receive(data: unknown): void {
    const parsed = parseHostMessage(data);
    if (!parsed.ok) {
      this.log('error', `Message from the host refused: ${parsed.problem}.`);
      return;
    }
    if (parsed.value.type === 'reply') this.#settle(parsed.value);
    else this.#onEvent(parsed.value);
  }

  #settle(reply: Extract<HostMessage, { type: 'reply' }>): void {
    const pending = this.#pending.get(reply.requestId);
    if (pending === undefined) return;
    this.#pending.delete(reply.requestId);
    clearTimeout(pending.timer);
    if (reply.ok) pending.resolve(reply.result);
    else pending.reject(new RequestError(reply.error.reason, reply.error.message));
  }
}
