import { layOut, prepareGraph, type PreparedGraph } from './layout/layout';
import type { LayoutReply, LayoutRequest } from './layout/layoutMessages';
import type { Layout } from './layout/layoutTypes';

/** What this script needs of the scope of a dedicated worker, which the DOM types do not describe. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<LayoutRequest>) => void) | null;
  postMessage(reply: LayoutReply, transfer: readonly ArrayBuffer[]): void;
}

const scope = globalThis as unknown as WorkerScope;
let prepared: PreparedGraph | undefined;

scope.onmessage = ({ data: { number, graph, expanded } }) => {
  try {
    if (graph !== undefined) prepared = prepareGraph(graph);
    if (prepared === undefined) throw new Error('No graph has been sent.');
    const layout = layOut(prepared, expanded);
    scope.postMessage({ number, ok: true, layout }, buffersOf(layout));
  } catch (error) {
    scope.postMessage({ number, ok: false, message: String(error) }, []);
  }
};

/** The buffers that go over without a copy: all but those that the next layout of the same graph needs again. */
function buffersOf(layout: Layout): ArrayBuffer[] {
  const kept = prepared?.chains.chainOf.buffer;
  return Object.values(layout).flatMap((part: unknown) =>
    ArrayBuffer.isView(part) && part.buffer instanceof ArrayBuffer && part.buffer !== kept
      ? [part.buffer]
      : [],
  );
}
