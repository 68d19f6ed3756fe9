import { ServerResponse, type IncomingMessage, type OutgoingHttpHeader, type OutgoingHttpHeaders } from 'node:http';

type HeadersGiven = OutgoingHttpHeaders | OutgoingHttpHeader[];

/** Statuses whose answers of ours have no body: no content, see other, not modified. */
const EMPTY: ReadonlySet<number> = new Set([204, 303, 304]);

/**
 * Node's answer to a request, without the `Content-Type: text/plain` that the server adapter gives to an answer that names none:
 * nothing has no type (RFC 9110 §8.3).
 */
export class EmptyAwareResponse<R extends IncomingMessage = IncomingMessage> extends ServerResponse<R> {
  override writeHead(status: number, reason?: string | HeadersGiven, headers?: HeadersGiven): this {
    if (typeof reason === 'string') return super.writeHead(status, reason, headers);
    if (reason === undefined || Array.isArray(reason) || !EMPTY.has(status)) return super.writeHead(status, reason);
    const { 'content-type': _none, ...rest } = reason;
    return super.writeHead(status, rest);
  }
}
