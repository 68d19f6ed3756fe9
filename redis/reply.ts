import type { RedisReply } from './script-client.ts';

/** Readers of script replies: a shape that is not the script's is a programmer error and throws, it is never cast away. */

/** The reply as a list of at least `length` values. */
export function asList(reply: RedisReply | undefined, length = 0): RedisReply[] {
  if (!Array.isArray(reply) || reply.length < length)
    throw new TypeError(`a script replied with ${typeof reply}, not a list of ${length}`);
  return reply;
}

/** A string, or a number as a string; scripts send numbers that need all digits as strings. */
export function asText(reply: RedisReply | undefined): string {
  if (typeof reply === 'string') return reply;
  if (typeof reply === 'number') return String(reply);
  throw new TypeError('a script replied with no text where one was due');
}

/** Text, or null for a nil or an empty string. */
export const asTextOrNull = (reply: RedisReply | undefined): string | null =>
  reply === null || reply === undefined || reply === '' ? null : asText(reply);

/** A finite number, from a number or its text. */
export function asNumber(reply: RedisReply | undefined): number {
  const value = Number(asText(reply));
  if (!Number.isFinite(value)) throw new TypeError('a script replied with no number where one was due');
  return value;
}

/** A number, or null for a nil or an empty string. */
export const asNumberOrNull = (reply: RedisReply | undefined): number | null =>
  asTextOrNull(reply) === null ? null : asNumber(reply);

/** A list of texts. */
export const asTexts = (reply: RedisReply | undefined): string[] => asList(reply).map(asText);
