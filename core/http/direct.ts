import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { MAX_BODY_BYTES } from '../../contracts/limits.ts';
import type { Logger } from '../../platform/log.ts';
import { answerHeaders, answerText, type HttpAnswer } from './answer.ts';
import type { BeginFrame } from './frame.ts';
import { headersOf, type AnyRequest } from './node-request.ts';
import { answerOfError } from './problems.ts';

/** Answers a POST, however it came; what it throws becomes a problem. */
export type DirectRoute = (request: AnyRequest) => Promise<HttpAnswer>;

/** The POSTs that a crowd sends, by their exact paths. */
export type DirectRoutes = ReadonlyMap<string, DirectRoute>;

/**
 * A server's listener that hands those POSTs to their handlers with Node's own request, and all else to `rest`, the router. Building
 * a Web Request, finding its route among a hundred, and taking a Web Response apart again is a sixth of what such a request costs
 * this process. The router has the same handlers under the same paths, and takes what is unusual: a query, a body without a length
 * or over the bound. Frames, problems and headers are the same code for both.
 */
export function directListener(
  routes: DirectRoutes,
  { begin, log }: { begin: BeginFrame; log: Logger },
  rest: RequestListener,
): RequestListener {
  return (incoming, outgoing) => {
    const route = incoming.method === 'POST' ? routes.get(incoming.url ?? '') : undefined;
    if (route === undefined || !isBounded(incoming)) return rest(incoming, outgoing);
    void answerDirectly(route, incoming, outgoing, { begin, log });
  };
}

/** Node reads no more of a body than its length says, so that one which nobody wants is soon out of the way. */
function isBounded({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return length !== undefined && headers['transfer-encoding'] === undefined && Number(length) <= MAX_BODY_BYTES;
}

async function answerDirectly(
  route: DirectRoute,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { begin, log }: { begin: BeginFrame; log: Logger },
): Promise<void> {
  const path = incoming.url ?? '';
  const frame = begin('POST', path, headersOf(incoming));
  const name = { requestId: frame.requestId, method: 'POST', path };
  const written = (answer: HttpAnswer) => ({ ...answer, text: answerText(answer) });
  // An answer that can't be written is the handler's fault as one that it throws is: neither may end the process.
  const answer = await route(incoming)
    .then(written)
    .catch((error: unknown) => written(answerOfError(name, error, log)));
  const { status, text } = answer;
  frame.end(status);
  const headers = answerHeaders(answer, frame.requestId);
  if (text === null) {
    outgoing.writeHead(status, headers).end();
    return;
  }
  headers['content-length'] = String(Buffer.byteLength(text));
  outgoing.writeHead(status, headers).end(text);
}
