import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Clock } from '../../platform/clock.ts';
import { dateOf } from '../http/answer.ts';
import { BASE_HEADERS } from '../http/security-headers.ts';
import { GATE_PREFIX } from './find-core-route.ts';
import { keyOf, type KeptAnswers } from './kept-answers.ts';
import { ageOf, formFor, type Form } from './kept-forms.ts';

/** A look whose address the app would read as it stands: nothing to decode, no dots to resolve. */
const LOOK = new RegExp(`^${GATE_PREFIX}(/v1/[\\w/-]+)(\\?[\\w=&-]+)?$`);
const USUAL_HOST = /^[a-z0-9.-]+(:\d+)?$/;

/** What Node writes for a form: what of its head is the same for each answer, names and values in turn, and its body. */
type Written = { head: readonly string[]; body: string | Uint8Array | null };

/**
 * A server's listener that answers looks from what the app keeps, without the app: a Web Request and a Web Response cost more than all
 * the rest of such an answer. What is not kept or not fresh, whoever brings a credential, a HEAD and whatever else is unusual goes to
 * `rest`, the app. What is told is the same code for both (`formFor`), and both hand out the one copy that is kept: who does not read
 * holds references to it, and Node reads no more of their requests.
 */
export function keptListener(kept: KeptAnswers, clock: Clock, rest: RequestListener): RequestListener {
  const written = new WeakMap<Form, Written>();
  const writtenOf = (form: Form): Written | null => {
    const known = written.get(form);
    if (known !== undefined) return known;
    const made = toWritten(form);
    if (made !== null) written.set(form, made);
    return made;
  };
  return (incoming, outgoing) => {
    const found = find(kept, incoming);
    if (found === undefined) return rest(incoming, outgoing);
    const { 'if-none-match': ifNoneMatch, 'accept-encoding': codings } = incoming.headers;
    const form = formFor(found.value, { ifNoneMatch, codings });
    const answer = writtenOf(form);
    if (answer === null) return rest(incoming, outgoing);
    const nowMs = clock.nowMs();
    write(outgoing, form.status, answer, ageOf(found.readAtMs, nowMs), nowMs);
  };
}

/** What is kept of the address that is asked for, if this is a usual look at it. */
function find(kept: KeptAnswers, { method, url = '', headers }: IncomingMessage) {
  if (method !== 'GET' || headers.authorization !== undefined || !USUAL_HOST.test(headers.host ?? '')) return undefined;
  if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined) return undefined;
  const [, path, query = ''] = LOOK.exec(url) ?? [];
  return path === undefined ? undefined : kept.for(path).fresh(keyOf(path, query));
}

/** What stands in each answer anew. */
const ANEW: ReadonlySet<string> = new Set(['age', 'date', 'x-request-id']);

/** Null for what comes out of its packing piece by piece, which is the app's to do. */
function toWritten({ headers, body }: Form): Written | null {
  if (body !== null && typeof body === 'object' && 'unpack' in body) return null;
  const length = body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const all = Object.entries({ ...headers, ...BASE_HEADERS, ...length });
  return { head: all.filter(([name]) => !ANEW.has(name)).flat(), body };
}

function write(outgoing: ServerResponse, status: number, { head, body }: Written, age: string, nowMs: number): void {
  outgoing.writeHead(status, [...head, 'age', age, 'date', dateOf(nowMs), 'x-request-id', crypto.randomUUID()]);
  if (body === null) outgoing.end();
  else outgoing.end(body);
}
