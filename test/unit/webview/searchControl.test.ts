import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HostChannel } from '../../../src/webview/hostChannel';
import { SearchControl } from '../../../src/webview/searchControl';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function searchWithHost() {
  const asked: string[] = [];
  const hits: (readonly number[] | undefined)[] = [];
  const problems: string[] = [];
  const channel = new HostChannel((message) => {
    asked.push((message as { params: { text: string } }).params.text);
  });
  const search = new SearchControl(channel, {
    onHits: (records) => hits.push(records),
    onProblem: (message) => problems.push(message),
  });
  const reply = async (requestId: number, body: object) => {
    channel.receive({ type: 'reply', requestId, ...body });
    await vi.advanceTimersByTimeAsync(0);
  };
  return { search, asked, hits, problems, reply };
}

test('while typing goes on the host is not asked', () => {
  const { search, asked } = searchWithHost();
  for (const text of ['n', 'np', 'npm']) {
    search.search(text);
    vi.advanceTimersByTime(100);
  }
  vi.advanceTimersByTime(100);
  expect(asked).toEqual(['npm']);
});

test('the answer to an older text is dropped', async () => {
  const { search, hits, reply } = searchWithHost();
  search.search('old', true);
  vi.advanceTimersByTime(0);
  search.search('new', true);
  vi.advanceTimersByTime(0);
  await reply(1, { ok: true, result: { indices: [1] } });
  await reply(2, { ok: true, result: { indices: [2] } });
  expect(hits).toEqual([[2]]);
});

test('no text ends the search at once, and an answer that comes later changes nothing', async () => {
  const { search, hits, reply } = searchWithHost();
  search.search('npm', true);
  vi.advanceTimersByTime(0);
  search.search('  ');
  await reply(1, { ok: true, result: { indices: [1] } });
  expect(hits).toEqual([undefined]);
});

test('a failure is told in words', async () => {
  const { search, problems, reply } = searchWithHost();
  search.search('npm', true);
  vi.advanceTimersByTime(0);
  await reply(1, { ok: false, error: { reason: 'notRead', message: 'Not read yet.' } });
  expect(problems).toEqual(['Not read yet.']);
});
