import type { DetailLink, DetailList, Fact, RecordDetails } from '../model/details';
import type { RequestMethod, Requests } from './messages';
import { count, flag, listOf, object, optional, text, type Shape } from './shape';

/** How the params and the result of each request are checked. */
export const requestShapes: {
  readonly [M in RequestMethod]: {
    readonly params: Shape<Requests[M]['params']>;
    readonly result: Shape<Requests[M]['result']>;
  };
} = {
  details: {
    params: object<Requests['details']['params']>({ recordId: text }),
    result: object<RecordDetails>({
      recordId: text,
      title: text,
      subtitle: text,
      description: text,
      descriptionCut: flag,
      state: text,
      facts: listOf(object<Fact>({ label: text, value: text, hover: optional(text), copy: optional(text) })),
      lists: listOf(
        object<DetailList>({
          title: text,
          items: listOf(
            object<DetailLink>({
              text,
              note: optional(text),
              full: optional(text),
              recordId: optional(text),
              missing: optional(flag),
            }),
          ),
          total: count,
        }),
      ),
    }),
  },
  search: {
    params: object<Requests['search']['params']>({ text }),
    result: object<Requests['search']['result']>({ indices: listOf(count) }),
  },
};
