import type { Layout, LayoutGraph } from './layoutTypes';

/** Asks the worker for a layout. */
export interface LayoutRequest {
  /** Numbers rise; the answer carries the same. */
  readonly number: number;
  /** Present when the graph has changed since the last request. */
  readonly graph?: LayoutGraph;
  /** First records of the chains that are open. */
  readonly expanded: Uint32Array;
}

export type LayoutReply =
  | { readonly number: number; readonly ok: true; readonly layout: Layout }
  | { readonly number: number; readonly ok: false; readonly message: string };
