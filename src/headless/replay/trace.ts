import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';

/** A layer blob that a trace speaks of by a short name. */
export interface TraceBlob {
  readonly digest: string;
  readonly diffID: string;
  readonly mediaType: string;
  readonly size: number;
  /** Bytes of the files in it. */
  readonly unpacked: number;
}

/** Sections of state, each a map from name to value. */
export type TraceState = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface TraceOperation {
  readonly i: number;
  /** Clock, epoch milliseconds. */
  readonly t: number;
  readonly op: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly result: Readonly<Record<string, unknown>>;
  /** What changed since the line before; null deletes. */
  readonly delta: TraceState;
  readonly calls: readonly string[];
}

/** One recorded run of BuildKit's cache manager. */
export interface Trace {
  readonly name: string;
  readonly t0: number;
  /** The manager asked somebody which records images use. */
  readonly checker: boolean;
  readonly blobs: Readonly<Record<string, TraceBlob>>;
  readonly operations: readonly TraceOperation[];
  /** The state at the end; undefined where the run broke off. */
  readonly end: TraceState | undefined;
}

/** Reads a trace in JSON lines, gzipped or not. @throws when it is not one */
export async function readTrace(path: string): Promise<Trace> {
  const bytes = await readFile(path);
  return parseTrace((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'));
}

/** @throws when the text is no trace */
export function parseTrace(text: string): Trace {
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
  const header = lines.find((line) => line.type === 'header');
  if (header === undefined) throw new Error('a trace begins with a header');
  return {
    name: header.name ?? '',
    t0: header.t0 ?? 0,
    checker: header.checker ?? false,
    blobs: header.blobs ?? {},
    operations: lines.flatMap((line) => (line.type === 'op' ? [operationOf(line)] : [])),
    end: lines.find((line) => line.type === 'end')?.state,
  };
}

/** One line of any type. What it holds beyond its type is the recorder's promise. */
type Line = { readonly type: string; readonly state?: TraceState } & Partial<Trace> & Partial<TraceOperation>;

function operationOf({ i = 0, t = 0, op = '', args = {}, result = {}, delta = {}, calls = [] }: Line) {
  return { i, t, op, args, result, delta, calls };
}

/** Applies a delta: a value replaces, null deletes. */
export function changedState(state: TraceState, delta: TraceState): TraceState {
  const changed: Record<string, Record<string, unknown>> = { ...state };
  for (const [section, changes] of Object.entries(delta)) {
    const entries = Object.entries({ ...changed[section], ...changes });
    changed[section] = Object.fromEntries(entries.filter(([, value]) => value !== null));
  }
  return changed;
}
