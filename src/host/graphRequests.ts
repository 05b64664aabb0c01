import type { InventoryIndex } from '../model/inventoryIndex';
import { recordDetails } from '../model/recordDetails';
import { searchRecords } from '../model/search';
import type { HostMessage, RequestMessage, RequestMethod, Requests } from '../protocol/messages';

type Answer<M extends RequestMethod> =
  { readonly result: Requests[M]['result'] } | { readonly error: Failure };
type Failure = Extract<HostMessage, { ok: false }>['error'];

/** The reply to a request of the graph page, from the inventory as it is now; what fails is told as a value. */
export function answerRequest(request: RequestMessage, index: InventoryIndex | undefined): HostMessage {
  const { requestId } = request;
  const answer = index === undefined ? notRead : answerFrom(request, index);
  return 'result' in answer
    ? { type: 'reply', requestId, ok: true, result: answer.result }
    : { type: 'reply', requestId, ok: false, error: answer.error };
}

const notRead = { error: { reason: 'notRead', message: 'This cache has not been read yet.' } };

function answerFrom(request: RequestMessage, index: InventoryIndex): Answer<RequestMethod> {
  switch (request.method) {
    case 'details':
      return answerDetails(request.params, index);
    case 'search':
      return { result: { indices: searchRecords(index, request.params.text) } };
  }
}

function answerDetails(
  { recordId }: Requests['details']['params'],
  index: InventoryIndex,
): Answer<'details'> {
  const at = index.recordIndex(recordId);
  if (at !== undefined) return { result: recordDetails(index, at, Date.now()) };
  const { label } = index.inventory.source;
  return { error: { reason: 'notFound', message: `There is no record ${recordId} in ${label}.` } };
}
