import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { replayTrace } from '../../../src/headless/replay/replayer';
import { parseTrace, type Trace } from '../../../src/headless/replay/trace';
import { MemoryStore } from '../../support/memoryStore';

/** All recorded traces, one after the other, each beginning with its header. */
function readTraces(): Trace[] {
  const file = join(import.meta.dirname, '../../fixtures/traces/traces.jsonl.br');
  const text = brotliDecompressSync(readFileSync(file)).toString('utf8');
  const lines = text.split('\n').filter((line) => line !== '');
  const starts = lines.flatMap((line, i) => (line.includes('"type":"header"') ? [i] : []));
  return starts.map((start, i) => parseTrace(lines.slice(start, starts.at(i + 1)).join('\n')));
}

/** How a trace of one line less reads that is altered in one place. */
function altered(trace: Trace): Trace {
  const operations = trace.operations.map((operation) =>
    operation.op === 'du' && Array.isArray(operation.result.du) && operation.result.du.length > 0
      ? { ...operation, result: { du: [] } }
      : operation,
  );
  return { ...trace, operations };
}

function replay(trace: Trace): Promise<string | undefined> {
  const store = Object.assign(new MemoryStore(), { close: () => Promise.resolve() });
  return replayTrace(trace, { open: () => Promise.resolve(store) });
}

const traces = readTraces();

describe('the core with the quirks of BuildKit', () => {
  it('has 214 recorded runs to be compared with', () => {
    expect(traces).toHaveLength(214);
  });

  it.each(traces.map((trace) => [trace.name, trace] as const))('does as recorded in %s', async (_, trace) => {
    expect(await replay(trace)).toBeUndefined();
  });

  it('is seen to differ where a recording says something else', async () => {
    expect(await replay(altered(traces[0]))).toMatch(/^line 7 \(du\): answer\.du\[0\]: expected nothing/);
  });
});
