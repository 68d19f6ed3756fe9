import type { KeptAnswer, Packed } from './kept-answers.ts';

/** What a caller's headers say that changes how a kept answer is told: which copy they have, and which codings they named. */
export type Caller = { ifNoneMatch: string | undefined; codings: string | undefined };

/**
 * A kept answer as some callers get it: `headers` beside its age and those of every answer. A body that is kept packed only may have to
 * be unpacked. Made once for all of them: nobody may change it.
 */
export type Form = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Packed | { unpack: Packed } | null;
};

/** Plain, packed, and for who has it already. */
type Forms = { plain?: Form; packed?: Form; known?: Form };

const forms = new WeakMap<KeptAnswer, Forms>();

/** The form in which a caller gets a kept answer: 304 to who has it, packed to who takes that. */
export function formFor(answer: KeptAnswer, { ifNoneMatch, codings }: Caller): Form {
  let made = forms.get(answer);
  if (made === undefined) forms.set(answer, (made = {}));
  if (isKnown(ifNoneMatch, answer)) return (made.known ??= knownForm(answer));
  if (answer.zipped !== null && takesGzip(codings)) return (made.packed ??= packedForm(answer, answer.zipped));
  return (made.plain ??= plainForm(answer));
}

/** The `Age` of what was read then (RFC 9111 §5.1), in seconds. */
export const ageOf = (readAtMs: number, nowMs: number): string => String(Math.floor((nowMs - readAtMs) / 1000));

function knownForm({ headers }: KeptAnswer): Form {
  const { 'content-type': _none, ...rest } = headers;
  return { status: 304, headers: rest, body: null };
}

function plainForm({ status, headers, body, zipped }: KeptAnswer): Form {
  if (zipped === null) return { status, headers, body };
  return { status, headers: { ...headers, vary: 'Accept-Encoding' }, body: body ?? { unpack: zipped } };
}

/** Its tag is a weak one, since two forms of a text are not the same bytes (RFC 9110 §8.8.3). */
function packedForm({ status, headers, headers: { etag } }: KeptAnswer, zipped: Packed): Form {
  const tag = etag === undefined ? {} : { etag: `W/${weak(etag)}` };
  return {
    status,
    headers: { ...headers, ...tag, vary: 'Accept-Encoding', 'content-encoding': 'gzip' },
    body: zipped,
  };
}

/** Whether gzip is named, and not with a weight of nothing. */
function takesGzip(header: string | undefined): boolean {
  const named = header?.split(',').find((part) => /^\s*gzip\b/i.test(part));
  return named !== undefined && !/;\s*q=0(\.0*)?\s*$/.test(named);
}

/** RFC 9110 §13.1.2: a list of tags, compared weakly, or `*`. */
function isKnown(header: string | undefined, { status, headers: { etag } }: KeptAnswer): boolean {
  if (header === undefined || etag === undefined || status !== 200) return false;
  return header.split(',').some((tag) => ['*', weak(etag)].includes(weak(tag.trim())));
}

const weak = (tag: string): string => tag.replace(/^W\//, '');
