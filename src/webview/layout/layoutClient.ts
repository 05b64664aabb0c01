import type { LayoutReply, LayoutRequest } from './layoutMessages';
import type { Layout, LayoutGraph } from './layoutTypes';

/** The part of a worker that is used here, so that a test can stand in for one. */
export type LayoutWorker = Pick<Worker, 'postMessage' | 'terminate' | 'onmessage' | 'onerror'>;

interface Question {
  readonly number: number;
  readonly resolve: (layout: Layout | undefined) => void;
  readonly reject: (error: Error) => void;
}

/** Asks a worker for layouts. Only the answer to the newest question counts; older ones are dropped. */
export class LayoutClient {
  #worker: Promise<LayoutWorker> | undefined;
  #number = 0;
  #open: Question | undefined;
  #sentGraph: LayoutGraph | undefined;

  constructor(readonly startWorker: () => Promise<LayoutWorker>) {}

  /**
   * Lays out a graph; the graph goes to the worker only when it is another than last time.
   * @param expanded first records of the chains that are not folded
   * @returns undefined when a later call has made this one stale
   */
  layOut(graph: LayoutGraph, expanded: readonly number[]): Promise<Layout | undefined> {
    this.#open?.resolve(undefined);
    return new Promise((resolve, reject) => {
      const question = { number: ++this.#number, resolve, reject };
      this.#open = question;
      this.#worker ??= this.startWorker().then((worker) => this.#listen(worker));
      this.#worker.then(
        (worker) => {
          if (this.#open === question) this.#ask(worker, question.number, graph, expanded);
        },
        (error: unknown) => this.#stop(error instanceof Error ? error : new Error(String(error))),
      );
    });
  }

  #ask(worker: LayoutWorker, number: number, graph: LayoutGraph, expanded: readonly number[]): void {
    const request: LayoutRequest = {
      number,
      expanded: Uint32Array.from(expanded),
      ...(graph === this.#sentGraph ? {} : { graph: justTheLayoutColumns(graph) }),
    };
    this.#sentGraph = graph;
    worker.postMessage(request);
  }

  #listen(worker: LayoutWorker): LayoutWorker {
    worker.onmessage = ({ data }: MessageEvent<LayoutReply>) => {
      const question = this.#open;
      if (data.number !== question?.number) return;
      this.#open = undefined;
      if (data.ok) question.resolve(data.layout);
      else question.reject(new Error(data.message));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      worker.terminate();
      this.#stop(new Error(`The layout worker stopped: ${event.message}`));
    };
    return worker;
  }

  /** The next question starts a new worker. */
  #stop(error: Error): void {
    this.#worker = undefined;
    this.#sentGraph = undefined;
    this.#open?.reject(error);
    this.#open = undefined;
  }
}

/** What the worker needs and no more: what is posted is copied. */
function justTheLayoutColumns(graph: LayoutGraph): LayoutGraph {
  const { count, creationOrder, primaryParents, linkParents, linkChildren, linkRoles, linkPositions } = graph;
  return { count, creationOrder, primaryParents, linkParents, linkChildren, linkRoles, linkPositions };
}

/**
 * Starts a worker from the address of its script. A webview may read its extension's files but is not of their
 * origin, so the script is read first and started from a blob.
 */
export async function startWorkerFrom(address: string): Promise<Worker> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`The layout worker cannot be read: ${response.status}.`);
  const url = URL.createObjectURL(new Blob([await response.text()], { type: 'text/javascript' }));
  try {
    return new Worker(url);
  } finally {
    URL.revokeObjectURL(url);
  }
}
