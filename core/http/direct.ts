import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { MAX_BODY_BYTES } from '../../contracts/limits.ts';
import type { Logger } from '../../platform/log.ts';
import { answerBody, headerList, type HttpAnswer } from './answer.ts';
import type { BeginFrame } from './frame.ts';
import { headersOf, type AnyRequest } from './node-request.ts';
import { answerOfError } from './problems.ts';

/** Answers a request, however it came; what it throws becomes a problem. */
export type DirectRoute = (request: AnyRequest) => Promise<HttpAnswer>;

/** What a crowd sends. */
export type DirectRoutes = {
  /** POSTs by their exact paths. */
  posts: ReadonlyMap<string, DirectRoute>;
  /** Who answers a GET of this path and query; undefined for all that the router has to read. */
  look: (path: string, query: string) => DirectRoute | undefined;
};

/** A handler, and the path that a request is named by. */
type Found = { route: DirectRoute; path: string };

/**
 * A server's listener that hands those requests to their handlers with Node's own request, and all else to `rest`, the router. Building
 * a Web Request, finding its route among a hundred, and taking a Web Response apart again is a sixth of what a hold costs this process,
 * and most of what an answer from memory does. The router has the same handlers under the same paths, and takes what is unusual: a POST
 * with a query, a body without a length or over the bound, a GET with a body, a HEAD. Frames, problems and headers are the same code
 * for both. Ready bytes are handed to the socket as they are: a client that reads slowly, or asks for more before it has read, keeps
 * references to one copy, and Node reads no more of its requests until it has read.
 */
export function directListener(
  routes: DirectRoutes,
  { begin, log }: { begin: BeginFrame; log: Logger },
  rest: RequestListener,
): RequestListener {
  return (incoming, outgoing) => {
    const found = findDirect(routes, incoming);
    if (found === undefined) return rest(incoming, outgoing);
    void answerDirectly(found, incoming, outgoing, { begin, log });
  };
}

function findDirect({ posts, look }: DirectRoutes, incoming: IncomingMessage): Found | undefined {
  const { method, url = '' } = incoming;
  if (method === 'POST') {
    const route = isBounded(incoming) ? posts.get(url) : undefined;
    return route === undefined ? undefined : { route, path: url };
  }
  if (method !== 'GET' || hasBody(incoming)) return undefined;
  const mark = url.indexOf('?');
  const [path, query] = mark === -1 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
  const route = look(path, query);
  return route === undefined ? undefined : { route, path };
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;

/** Node reads no more of a body than its length says, so that one which nobody wants is soon out of the way. */
function isBounded({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return length !== undefined && headers['transfer-encoding'] === undefined && Number(length) <= MAX_BODY_BYTES;
}

async function answerDirectly(
  { route, path }: Found,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { begin, log }: { begin: BeginFrame; log: Logger },
): Promise<void> {
  const method = incoming.method ?? '';
  const frame = begin(method, path, headersOf(incoming));
  const name = { requestId: frame.requestId, method, path };
  let answer: HttpAnswer;
  let body: ReturnType<typeof answerBody>;
  try {
    answer = await route(incoming);
    body = answerBody(answer);
  } catch (error) {
    // An answer that can't be written is the handler's fault as one that it throws is: neither may end the process.
    answer = answerOfError(name, error, log);
    body = answerBody(answer);
  }
  frame.end(answer.status);
  const headers = headerList(answer, frame.requestId);
  if (body === null) {
    outgoing.writeHead(answer.status, headers).end();
    return;
  }
  headers.push('content-length', String(Buffer.byteLength(body)));
  outgoing.writeHead(answer.status, headers).end(body);
}
