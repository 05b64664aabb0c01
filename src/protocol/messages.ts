import type { RecordDetails } from '../model/details';
import type { GraphColumns } from './graphColumns';

/** What the panel's cache is doing right now. */
export type CacheState =
  | { readonly kind: 'loading'; readonly message: string }
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly message: string };

/** Names the cache a panel shows; kept by the page so that a window reload can restore the panel. */
export interface CacheName {
  /** Stable id of the open cache (its location as opened). */
  readonly id: string;
  readonly label: string;
  readonly location: string;
}

/** Asked of the host by the page; each has one reply. */
export interface Requests {
  /** The facts of one record. */
  details: { params: { recordId: string }; result: RecordDetails };
  /** Indices of the records whose id, description or digests contain the text, in inventory order. */
  search: { params: { text: string }; result: { indices: number[] } };
}
export type RequestMethod = keyof Requests;

export type HostMessage =
  /** The whole graph, sent once for each revision of the inventory. */
  | {
      readonly type: 'graph';
      readonly revision: number;
      readonly cache: CacheName;
      readonly columns: GraphColumns;
      readonly takenAt: number;
      /** What could not be read, for the page to say so. */
      readonly notes: readonly string[];
    }
  | { readonly type: 'state'; readonly cache: CacheName; readonly state: CacheState }
  /** The selection changed elsewhere (tree, command). `reveal` also brings it into view. */
  | { readonly type: 'select'; readonly recordId: string | undefined; readonly reveal: boolean }
  | { readonly type: 'reply'; readonly requestId: number; readonly ok: true; readonly result: unknown }
  | {
      readonly type: 'reply';
      readonly requestId: number;
      readonly ok: false;
      readonly error: { readonly reason: string; readonly message: string };
    };

/** Things a person can do with a record from the page; each is a command of the extension. */
export type PageAction = 'copyText' | 'openJson' | 'revealInTree' | 'refresh' | 'showLog';

/** One request with the params of its method; the host answers with a `reply` of the same `requestId`. */
export type RequestMessage = {
  readonly [M in RequestMethod]: {
    readonly type: 'request';
    readonly requestId: number;
    readonly method: M;
    readonly params: Requests[M]['params'];
  };
}[RequestMethod];

export type PageMessage =
  /** Sent at load and after the page comes back; the host answers with `state` or `graph`. */
  | { readonly type: 'ready' }
  | { readonly type: 'select'; readonly recordId: string | undefined }
  | RequestMessage
  /** `value` is the record id, or for `copyText` the text to copy. */
  | { readonly type: 'action'; readonly action: PageAction; readonly value: string }
  | { readonly type: 'log'; readonly level: 'info' | 'error'; readonly message: string };
