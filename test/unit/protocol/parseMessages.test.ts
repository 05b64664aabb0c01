import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HostMessage, PageMessage } from '../../../src/protocol/messages';
import { parseHostMessage, parsePageMessage } from '../../../src/protocol/parseMessages';
import { encodeStrings } from '../../../src/protocol/stringTable';
import { smallColumns } from './support/columns';

const cache = { id: '/var/lib/buildkit', label: 'buildkit', location: '/var/lib/buildkit' };
const graph: HostMessage = {
  type: 'graph',
  revision: 4,
  cache,
  columns: smallColumns(),
  takenAt: 1_700_000_000_000,
  notes: ['cache.db cannot be read.'],
};
const seed = 20_241_122;

function problemOf(
  parsed: ReturnType<typeof parseHostMessage> | ReturnType<typeof parsePageMessage>,
): string {
  return parsed.ok ? '' : parsed.problem;
}

describe('messages to the page', () => {
  const messages: HostMessage[] = [
    graph,
    { type: 'state', cache, state: { kind: 'loading', message: 'Reading records…' } },
    { type: 'state', cache, state: { kind: 'ready' } },
    { type: 'state', cache, state: { kind: 'failed', message: 'Cannot read metadata_v2.db.' } },
    { type: 'select', recordId: 'layer', reveal: true },
    { type: 'select', recordId: undefined, reveal: false },
    { type: 'reply', requestId: 7, ok: true, result: { anything: 1 } },
    { type: 'reply', requestId: 8, ok: false, error: { reason: 'notFound', message: 'No such record.' } },
  ];

  test.each(messages.map((message) => [message.type, message] as const))(
    '%s passes whole after a structured clone',
    (_, message) => {
      expect(parseHostMessage(structuredClone(message))).toEqual({ ok: true, value: message });
    },
  );

  test.each([
    [undefined, 'message is not an object'],
    [null, 'message is not an object'],
    [[], 'message is not an object'],
    [{ type: 'constructor' }, 'message.type is not one of graph, state, select, reply'],
    [{ type: 'select', reveal: 'yes' }, 'message.reveal is not true or false'],
    [{ type: 'reply', requestId: -1, ok: true }, 'message.requestId is not a whole number'],
    [{ type: 'reply', requestId: 1, ok: false }, 'message.error is not an object'],
    [{ type: 'state', cache, state: { kind: 'failed' } }, 'message.state.message is not a text'],
    [{ ...graph, cache: { id: 1 } }, 'message.cache.id is not a text'],
    [{ ...graph, notes: [1] }, 'message.notes[0] is not a text'],
  ])('%j is rejected: %s', (message, problem) => {
    expect(problemOf(parseHostMessage(message))).toBe(problem);
  });

  test.each([
    ['a column of another length', { sizes: new Float64Array(2) }, 'sizes is not 3 entries of Float64Array'],
    ['a column of another type', { kinds: [0, 1, 2] }, 'kinds is not 3 entries of Uint8Array'],
    ['a kind without a name', { kinds: Uint8Array.of(0, 1, 4) }, 'kinds is not between 0 and 3 throughout'],
    ['a type without a name', { types: Uint8Array.of(0, 1, 0) }, 'types is not between 0 and 0 throughout'],
    [
      'a parent outside',
      { primaryParents: Int32Array.of(-1, 3, 0) },
      'primaryParents is not between -1 and 2 throughout',
    ],
    [
      'a parent below -1',
      { primaryParents: Int32Array.of(-2, 0, 0) },
      'primaryParents is not between -1 and 2 throughout',
    ],
    [
      'an order that names one twice',
      { creationOrder: Uint32Array.of(0, 1, 1) },
      'creationOrder is not every index once',
    ],
    [
      'an order that points outside',
      { creationOrder: Uint32Array.of(0, 1, 3) },
      'creationOrder is not every index once',
    ],
    [
      'a link to nowhere',
      { linkChildren: Uint32Array.of(1, 2, 9) },
      'linkChildren is not between 0 and 2 throughout',
    ],
    [
      'a link without a child',
      { linkChildren: Uint32Array.of(1, 2) },
      'linkChildren is not 3 entries of Uint32Array',
    ],
    ['too few strings', { ids: encodeStrings(['a']) }, 'ids.offsets is not 4 entries of Uint32Array'],
    [
      'offsets that go back',
      { ids: { bytes: new Uint8Array(3), offsets: Uint32Array.of(0, 2, 1, 3) } },
      'ids.offsets is not ascending',
    ],
    [
      'offsets past the bytes',
      { ids: { bytes: new Uint8Array(3), offsets: Uint32Array.of(0, 1, 2, 4) } },
      'ids.offsets is not spanning the bytes',
    ],
  ])('columns with %s are rejected', (_, change, problem) => {
    const message = { ...graph, columns: { ...smallColumns(), ...change } };
    expect(problemOf(parseHostMessage(message))).toBe(`message.columns.${problem}`);
  });

  test('whatever arrives, the answer is a message or a problem, never an exception', () => {
    const almost = fc.record({
      type: fc.constantFrom('graph', 'state', 'select', 'reply'),
      columns: fc.anything(),
    });
    fc.assert(
      fc.property(fc.oneof(fc.anything(), almost), (value) => {
        const parsed = parseHostMessage(value);
        expect(parsed.ok || parsed.problem.startsWith('message')).toBe(true);
      }),
      { seed },
    );
  });
});

describe('messages to the host', () => {
  const messages: PageMessage[] = [
    { type: 'ready' },
    { type: 'select', recordId: 'layer' },
    { type: 'select', recordId: undefined },
    { type: 'request', requestId: 1, method: 'details', params: { recordId: 'layer' } },
    { type: 'request', requestId: 2, method: 'search', params: { text: '<b>' } },
    { type: 'action', action: 'openJson', value: 'layer' },
    { type: 'log', level: 'error', message: 'The worker stopped.' },
  ];

  test.each(messages.map((message) => [message.type, message] as const))(
    '%s passes whole after a structured clone',
    (_, message) => {
      expect(parsePageMessage(structuredClone(message))).toEqual({ ok: true, value: message });
    },
  );

  test.each([
    [{ type: 'graph' }, 'message.type is not one of ready, select, request, action, log'],
    [{ type: 'request', requestId: 1, method: 'toString' }, 'message.method is not one of details, search'],
    [
      { type: 'request', requestId: 1, method: 'details', params: {} },
      'message.params.recordId is not a text',
    ],
    [{ type: 'request', requestId: 1.5, method: 'search' }, 'message.requestId is not a whole number'],
    [{ type: 'select', recordId: 5 }, 'message.recordId is not a text'],
    [
      { type: 'action', action: 'prune', value: '' },
      'message.action is not one of copyText, openJson, revealInTree, refresh, showLog',
    ],
    [{ type: 'log', level: 'error', message: 'x'.repeat(4_000_001) }, 'message.message is not a text'],
  ])('%j is rejected', (message, problem) => {
    expect(problemOf(parsePageMessage(message))).toBe(problem);
  });

  test('whatever arrives, the answer is a message or a problem, never an exception', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (value) => {
        const parsed = parsePageMessage(value);
        expect(parsed.ok || parsed.problem.startsWith('message')).toBe(true);
      }),
      { seed },
    );
  });
});
