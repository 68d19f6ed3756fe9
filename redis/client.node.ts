import { Redis } from 'ioredis';
import { gatherWrites } from './gather-writes.node.ts';
import { guardCommand, toReply } from './guard-command.ts';
import { COMMAND_TIMEOUT_MS, type TickClient } from './script-client.ts';
import { isUnknownScript, toOperatingError } from './script-error.ts';
import { SCRIPTS, type ScriptSet } from './scripts.generated.ts';

/**
 * An ioredis connection for scripts: a command that the store does not answer in time fails at once instead of waiting in
 * a queue, so that callers can say 503 within a second (DESIGN §2.7). It reconnects by itself.
 */
export function connectRedis(
  url: string,
  options: { commandTimeoutMs?: number; autoResubscribe?: boolean } = {},
): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: options.commandTimeoutMs ?? COMMAND_TIMEOUT_MS,
    connectTimeout: 2000,
    retryStrategy: (attempt) => Math.min(50 * attempt, 1000),
    lazyConnect: true,
    autoResubscribe: options.autoResubscribe ?? true,
  });
  // Without a listener ioredis prints each failed reconnect; callers see the failure of their own command.
  redis.on('error', () => {});
  return redis;
}

/** Scripts over ioredis. `scripts` differs from what is shipped only in tests that bring their own clock. */
export function createNodeScriptClient(redis: Redis, scripts: ScriptSet = SCRIPTS): TickClient {
  const gather = gatherWrites(redis);
  return {
    async run(name, keys, args) {
      const { sha1, lua } = scripts[name];
      gather();
      try {
        return toReply(await redis.evalsha(sha1, keys.length, ...keys, ...args));
      } catch (error) {
        if (!isUnknownScript(error)) throw toOperatingError(error, name);
      }
      return guardCommand(name, async () => toReply(await redis.eval(lua, keys.length, ...keys, ...args)));
    },
    list: (key, count) => guardCommand('LRANGE', () => redis.lrange(key, 0, count - 1)),
    get: (key) => guardCommand('GET', () => redis.get(key)),
    isMember: (key, member) =>
      guardCommand('SISMEMBER', async () => {
        const [isIn, exists] = await Promise.all([redis.sismember(key, member), redis.exists(key)]);
        return { member: isIn === 1, exists: exists === 1 };
      }),
  };
}
