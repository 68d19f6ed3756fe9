import { Command, Redis } from 'ioredis';
import { gatherRequests } from './gather-requests.node.ts';
import { gatherWrites } from './gather-writes.node.ts';
import { guardCommand, toReply } from './guard-command.ts';
import { COMMAND_TIMEOUT_MS, type ScriptClient, type TickClient } from './script-client.ts';
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
  const run: ScriptClient['run'] = async (name, keys, args) => {
    const { sha1, lua } = scripts[name];
    gather();
    try {
      return toReply(await redis.sendCommand(evalsha(sha1, keys, args)));
    } catch (error) {
      if (!isUnknownScript(error)) throw toOperatingError(error, name);
    }
    return guardCommand(name, async () => toReply(await redis.eval(lua, keys.length, ...keys, ...args)));
  };
  const requests = gatherRequests(run);
  const gather = gatherWrites(redis, () => requests.send());
  return {
    run,
    runTogether(request, bound) {
      gather();
      return requests.add(request, bound);
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

/** EVALSHA as ioredis makes it. Its constructor flattens whatever it gets, element by element; these are texts in one list already. */
function evalsha(sha1: string, keys: readonly string[], args: readonly (string | number)[]): Command {
  const command = new Command('evalsha', [], { replyEncoding: 'utf8' });
  command.args = [sha1, String(keys.length), ...keys, ...args.map(String)];
  return command;
}
