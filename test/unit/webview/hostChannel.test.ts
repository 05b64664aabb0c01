import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HostChannel, RequestError, type HostEvent } from '../../../src/webview/hostChannel';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function channelWithHost() {
  const posted: unknown[] = [];
  const events: HostEvent[] = [];
  const channel = new HostChannel((message) => posted.push(message));
  channel.onEvent((event) => events.push(event));
  return { channel, posted, events };
}

test('a request is answered by the reply of the same number', async () => {
  const { channel, posted } = channelWithHost();
  const first = channel.request('search', { text: 'a' });
  const second = channel.request('search', { text: 'b' });
  expect(posted).toEqual([
    { type: 'request', requestId: 1, method: 'search', params: { text: 'a' } },
    { type: 'request', requestId: 2, method: 'search', params: { text: 'b' } },
  ]);
  channel.receive({ type: 'reply', requestId: 2, ok: true, result: { indices: [2] } });
  channel.receive({ type: 'reply', requestId: 1, ok: true, result: { indices: [1] } });
  expect([await first, await second]).toEqual([{ indices: [1] }, { indices: [2] }]);
});

test('an error reply becomes an error with its reason', async () => {
  const { channel } = channelWithHost();
  const request = channel.request('details', { recordId: 'x' });
  channel.receive({
    type: 'reply',
    requestId: 1,
    ok: false,
    error: { reason: 'notFound', message: 'Gone.' },
  });
  await expect(request).rejects.toMatchObject({ name: 'RequestError', reason: 'notFound', message: 'Gone.' });
});

test('a reply of the wrong shape is an error, not data', async () => {
  const { channel } = channelWithHost();
  const request = channel.request('search', { text: 'a' });
  channel.receive({ type: 'reply', requestId: 1, ok: true, result: { indices: ['a'] } });
  await expect(request).rejects.toThrow(
    'The answer cannot be read: result.indices[0] is not a whole number.',
  );
});

test('a request without an answer ends after twenty seconds', async () => {
  const { channel } = channelWithHost();
  const request = channel.request('search', { text: 'a' });
  const ended = expect(request).rejects.toBeInstanceOf(RequestError);
  vi.advanceTimersByTime(20_000);
  await ended;
  channel.receive({ type: 'reply', requestId: 1, ok: true, result: { indices: [] } });
});

test('what is no message is refused and logged; events are passed on', () => {
  const { channel, posted, events } = channelWithHost();
  channel.receive({ type: 'select', recordId: 'a' });
  channel.receive('hello');
  channel.receive({ type: 'select', recordId: 'a', reveal: true });
  expect(posted).toEqual([
    {
      type: 'log',
      level: 'error',
      message: 'Message from the host refused: message.reveal is not true or false.',
    },
    { type: 'log', level: 'error', message: 'Message from the host refused: message is not an object.' },
  ]);
  expect(events).toEqual([{ type: 'select', recordId: 'a', reveal: true }]);
});
