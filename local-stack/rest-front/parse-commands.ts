/** One Redis command as it goes on the wire: the name, then its arguments. */
export type RedisCommand = readonly [name: string, ...args: string[]];

export type Parsed<T> = { ok: true; value: T } | { ok: false; error: string };

/** The official service bounds a request by its size; the count bounds the work of one request here. */
export const MAX_COMMANDS = 1_000;

/**
 * Commands that would change or block the one connection all callers share. Transactions have a call of their own
 * (`/multi-exec`), subscriptions too.
 */
const REFUSED = new Set(
  (
    'AUTH HELLO RESET QUIT SELECT SWAPDB MONITOR SYNC PSYNC REPLICAOF SLAVEOF SHUTDOWN WAIT WAITAOF ' +
    'SUBSCRIBE PSUBSCRIBE SSUBSCRIBE UNSUBSCRIBE PUNSUBSCRIBE SUNSUBSCRIBE MULTI EXEC DISCARD WATCH UNWATCH CLIENT ' +
    'BLPOP BRPOP BRPOPLPUSH BLMOVE BLMPOP BZPOPMIN BZPOPMAX BZMPOP'
  ).split(' '),
);

/** Reads the body of `POST /`: a flat array of strings, numbers and booleans. */
export function parseCommand(body: unknown): Parsed<RedisCommand> {
  if (!Array.isArray(body)) return refuse('expected an array of command words');
  const [name, ...words] = wordsOf(body);
  if (typeof name !== 'string' || name === '') return refuse('the first word must be the name of a command');
  // The client library changes the replies of commands whose names are in lower case; the protocol wants them raw.
  const upperName = name.toUpperCase();
  const args: string[] = [];
  for (const word of words) {
    if (typeof word === 'string') args.push(word);
    else if (typeof word === 'number' || typeof word === 'boolean') args.push(String(word));
    else return refuse('a command word must be a string, a number or a boolean');
  }
  if (REFUSED.has(upperName)) return refuse(`${name} is not supported over REST`);
  if (upperName.startsWith('XREAD') && args.some((word) => word.toUpperCase() === 'BLOCK')) {
    return refuse('BLOCK is not supported over REST');
  }
  return { ok: true, value: [upperName, ...args] };
}

/** Reads the body of `POST /pipeline` and `POST /multi-exec`: an array of commands. */
export function parseCommands(body: unknown): Parsed<RedisCommand[]> {
  if (!Array.isArray(body) || body.length === 0) return refuse('expected a list of commands, each a list of words');
  if (body.length > MAX_COMMANDS) return refuse(`at most ${MAX_COMMANDS} commands in one request`);
  const commands: RedisCommand[] = [];
  for (const item of body) {
    const parsed = parseCommand(item);
    if (!parsed.ok) return parsed;
    commands.push(parsed.value);
  }
  return { ok: true, value: commands };
}

/** `Array.isArray` makes an unknown value an array of anything; its items are as unknown as it was. */
function wordsOf(body: readonly unknown[]): readonly unknown[] {
  return body;
}

function refuse(reason: string): { ok: false; error: string } {
  return { ok: false, error: `ERR ${reason}` };
}
