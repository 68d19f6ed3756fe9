import type { RedisReply } from './script-client.ts';
import { toOperatingError } from './script-error.ts';

/** Runs one command; whatever the client throws becomes an operating error that names the command and nothing else of it. */
export async function guardCommand<T>(name: string, command: () => Promise<T>): Promise<T> {
  try {
    return await command();
  } catch (error) {
    throw toOperatingError(error, name);
  }
}

/** A reply in RESP2 shapes; anything else means that a client bent it. */
export function toReply(value: unknown): RedisReply {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  if (Array.isArray(value)) return value.map(toReply);
  throw new TypeError(`a script replied with ${typeof value}`);
}
