import { expect, test } from 'vitest';
import { LayoutClient, type LayoutWorker } from '../../../../src/webview/layout/layoutClient';
import type { LayoutReply, LayoutRequest } from '../../../../src/webview/layout/layoutMessages';
import { columnsOfRecords, layoutOf, sketchRecords } from '../support/layoutOf';

const records = sketchRecords([['a'], ['b', 'a']]);
const graph = columnsOfRecords(records);
const layout = layoutOf(records);

/** A worker that answers only when told to. */
class FakeWorker implements LayoutWorker {
  readonly requests: LayoutRequest[] = [];
  terminated = false;
  onmessage: Worker['onmessage'] = null;
  onerror: Worker['onerror'] = null;

  postMessage(request: LayoutRequest): void {
    this.requests.push(request);
  }

  terminate(): void {
    this.terminated = true;
  }

  reply(reply: LayoutReply): void {
    this.onmessage?.call(this as unknown as Worker, { data: reply } as MessageEvent<LayoutReply>);
  }

  fail(message: string): void {
    const event = { message, preventDefault: () => undefined } as unknown as ErrorEvent;
    this.onerror?.call(this as unknown as Worker, event);
  }
}

function clientWithWorkers() {
  const workers: FakeWorker[] = [];
  const client = new LayoutClient(() => {
    workers.push(new FakeWorker());
    return Promise.resolve(workers[workers.length - 1]);
  });
  return { client, workers };
}

/** Lets promises that are already settled run on. */
async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await Promise.resolve();
}

test('the graph goes to the worker once, further layouts name only the open chains', async () => {
  const { client, workers } = clientWithWorkers();
  const first = client.layOut(graph, []);
  await settled();
  workers[0].reply({ number: 1, ok: true, layout });
  expect(await first).toBe(layout);
  const second = client.layOut(graph, [1]);
  await settled();
  workers[0].reply({ number: 2, ok: true, layout });
  await second;
  expect(workers[0].requests.map((request) => request.graph?.count)).toEqual([2, undefined]);
  expect(workers[0].requests.map((request) => [...request.expanded])).toEqual([[], [1]]);
});

test('only the newest question is answered; the ones before are stale', async () => {
  const { client, workers } = clientWithWorkers();
  const old = client.layOut(graph, []);
  const recent = client.layOut(graph, [1]);
  expect(await old).toBeUndefined();
  await settled();
  workers[0].reply({ number: 1, ok: true, layout });
  workers[0].reply({ number: 2, ok: true, layout });
  expect(await recent).toBe(layout);
  expect(workers).toHaveLength(1);
});

test('a failed layout says why', async () => {
  const { client, workers } = clientWithWorkers();
  const result = client.layOut(graph, []);
  await settled();
  workers[0].reply({ number: 1, ok: false, message: 'no memory' });
  await expect(result).rejects.toThrow('no memory');
});

test('after a worker has stopped the next question starts another and sends it the graph', async () => {
  const { client, workers } = clientWithWorkers();
  const lost = client.layOut(graph, []);
  await settled();
  workers[0].fail('out of memory');
  await expect(lost).rejects.toThrow('The layout worker stopped: out of memory');
  expect(workers[0].terminated).toBe(true);
  const next = client.layOut(graph, []);
  await settled();
  expect(workers[1].requests[0].graph?.count).toBe(2);
  workers[1].reply({ number: 2, ok: true, layout });
  expect(await next).toBe(layout);
});

test('a worker that cannot be started is an error, and is tried again', async () => {
  let tries = 0;
  const client = new LayoutClient(() => Promise.reject(new Error(`refused ${++tries}`)));
  await expect(client.layOut(graph, [])).rejects.toThrow('refused 1');
  await expect(client.layOut(graph, [])).rejects.toThrow('refused 2');
});
