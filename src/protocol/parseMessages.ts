import { graphColumns } from './columnsShape';
import type { CacheName, CacheState, HostMessage, PageAction, PageMessage, RequestMethod } from './messages';
import { requestShapes } from './requests';
import {
  anyObject,
  count,
  finite,
  flag,
  listOf,
  object,
  oneOf,
  optional,
  parse,
  reject,
  text,
  type Parsed,
  type Shape,
} from './shape';

/** What a message of each type must look like; the key is its `type`. */
type MessageShapes<M extends { readonly type: string }> = {
  readonly [T in M['type']]: Shape<Extract<M, { readonly type: T }>>;
};

export const cacheName = object<CacheName>({ id: text, label: text, location: text });

const cacheState: Shape<CacheState> = (value, path) => {
  const { kind } = object({ kind: oneOf('loading', 'ready', 'failed') })(value, path);
  if (kind === 'ready') return { kind };
  return { kind, message: text(anyObject(value, path).message, `${path}.message`) };
};

const hostShapes: MessageShapes<HostMessage> = {
  graph: object({
    type: oneOf('graph'),
    revision: count,
    cache: cacheName,
    columns: graphColumns,
    takenAt: finite,
    notes: listOf(text),
  }),
  state: object({ type: oneOf('state'), cache: cacheName, state: cacheState }),
  select: (value, path) => {
    const { reveal, recordId } = object({ reveal: flag, recordId: optional(text) })(value, path);
    return { type: 'select', reveal, recordId };
  },
  reply: (value, path) => {
    const { requestId, ok } = object({ requestId: count, ok: flag })(value, path);
    const body = anyObject(value, path);
    if (ok) return { type: 'reply', requestId, ok, result: body.result };
    const error = object({ reason: text, message: text })(body.error, `${path}.error`);
    return { type: 'reply', requestId, ok, error };
  },
};

const actions: readonly PageAction[] = ['copyText', 'openJson', 'revealInTree', 'refresh', 'showLog'];
const methods = Object.keys(requestShapes) as RequestMethod[];

const pageShapes: MessageShapes<PageMessage> = {
  ready: () => ({ type: 'ready' }),
  select: (value, path) => ({
    type: 'select',
    recordId: optional(text)(anyObject(value, path).recordId, `${path}.recordId`),
  }),
  request: (value, path) => {
    const { requestId, method } = object({ requestId: count, method: oneOf(...methods) })(value, path);
    // One method with its own params: TypeScript cannot tie the two together through a look-up.
    const params = requestShapes[method].params(anyObject(value, path).params, `${path}.params`);
    return { type: 'request', requestId, method, params } as Extract<PageMessage, { type: 'request' }>;
  },
  action: object({ type: oneOf('action'), action: oneOf(...actions), value: text }),
  log: object({ type: oneOf('log'), level: oneOf('info', 'error'), message: text }),
};

/** Checks a message that the host sent to the page. */
export function parseHostMessage(value: unknown): Parsed<HostMessage> {
  return parse(byType<HostMessage>(hostShapes), value, 'message');
}

/** Checks a message that the page sent to the host; a request comes out with its params checked. */
export function parsePageMessage(value: unknown): Parsed<PageMessage> {
  return parse(byType<PageMessage>(pageShapes), value, 'message');
}

function byType<M extends { readonly type: string }>(
  shapes: Readonly<Record<M['type'], Shape<M>>>,
): Shape<M> {
  const types = Object.keys(shapes) as M['type'][];
  return (value, path) => {
    const type = types.find((it) => it === anyObject(value, path).type);
    return type === undefined
      ? reject(`${path}.type`, `one of ${types.join(', ')}`)
      : shapes[type](value, path);
  };
}
