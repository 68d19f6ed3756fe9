import type { ScriptName } from './scripts.generated.ts';

/**
 * What the typed script functions need of a Redis client; `client.edge.ts` (@upstash/redis over HTTP) and `client.node.ts`
 * (ioredis) implement it, and one conformance suite holds them to the same behaviour.
 */

/** A reply in RESP2 shapes. Bulk strings stay strings, also when they look like numbers. */
export type RedisReply = string | number | null | RedisReply[];

/** One request to a script that answers several in one run (`lua/includes/together.lua`). Who shares the first key shares all of `shared`. */
export type OneOfMany = {
  script: ScriptName;
  shared: { keys: readonly string[]; args: readonly (string | number)[] };
  keys: readonly string[];
  args: readonly (string | number)[];
};

/** Waits for what it starts no longer than something allows. */
export type Bound = <T>(start: () => Promise<T>) => Promise<T>;

export type ScriptClient = {
  /**
   * Runs a shipped script by its hash, and once more by its text when the server does not know it (NOSCRIPT).
   * Throws `OperatingError`: the script's own code when it replied with one (`ERR room_recovering` …), else `store_unavailable`.
   */
  run(script: ScriptName, keys: readonly string[], args: readonly (string | number)[]): Promise<RedisReply>;
  /**
   * Runs a request with others of its turn, where a client can; resolves with its own reply. Throws as `run` does. `bound` is put round
   * the run, that of the first for all of them.
   */
  runTogether?: (request: OneOfMany, bound?: Bound) => Promise<RedisReply>;
  /** GET. */
  get(key: string): Promise<string | null>;
  /** SISMEMBER and EXISTS of the same set, in one round trip: is it a member, and is there a set at all. */
  isMember(key: string, member: string): Promise<{ member: boolean; exists: boolean }>;
  /** The same without a bound of its own on each command, for who sets one over several (`store-deadline.ts`). */
  unbounded?: ScriptClient;
};

/** Who ticks rooms reads lists as well: a thousand entries on their way through a script would each become a string of Lua. */
export type TickClient = ScriptClient & {
  /** The first `count` entries of a list (LRANGE). */
  list(key: string, count: number): Promise<string[]>;
};

/** How long one command may take before the store counts as down, in ms: well inside the one second of DESIGN §2.7. */
export const COMMAND_TIMEOUT_MS = 800;
