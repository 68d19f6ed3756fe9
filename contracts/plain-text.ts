import * as v from 'valibot';

/** Control characters (C0, DEL, C1), and halves of surrogate pairs that stand alone. */
const NOT_PLAIN = /[\p{Cc}\p{Cs}]/u;
/** What Postgres can't keep in text or jsonb: U+0000, and lone surrogates, which have no UTF-8. */
const NOT_STORABLE = /[\0\p{Cs}]/u;

/**
 * One line of text that a person typed, `min` to `max` UTF-16 units after trimming: no control characters and no lone
 * surrogates, which Postgres refuses and terminals and CSV readers obey.
 */
export const plainText = (min: number, max: number) =>
  v.pipe(
    v.string(),
    v.trim(),
    v.minLength(min),
    v.maxLength(max),
    v.check((text) => !NOT_PLAIN.test(text), 'must not contain control characters or broken ones'),
  );

/** Whether every text in a parsed JSON value, keys included, can be kept by Postgres. Walks without recursion. */
export function isStorable(value: unknown): boolean {
  const left: unknown[] = [value];
  while (left.length > 0) {
    const item = left.pop();
    if (typeof item === 'string' && NOT_STORABLE.test(item)) return false;
    if (typeof item !== 'object' || item === null) continue;
    const entries: [string, unknown][] = Object.entries(item);
    for (const [key, inner] of entries) left.push(key, inner);
  }
  return true;
}
