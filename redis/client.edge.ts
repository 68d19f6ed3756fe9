import { Redis } from '@upstash/redis/cloudflare';
import { guardCommand, toReply } from './guard-command.ts';
import { COMMAND_TIMEOUT_MS, type ScriptClient } from './script-client.ts';
import { isUnknownScript, toOperatingError } from './script-error.ts';
import { SCRIPTS, type ScriptSet } from './scripts.generated.ts';

export type EdgeStoreOptions = { url: string; token: string; commandTimeoutMs?: number };

/**
 * Scripts over the Upstash REST protocol. One client serves all requests of an isolate: it holds settings only, and making one costs
 * more than a command (it has a method for each command of Redis). Auto-pipelining would put the commands of several requests into
 * one fetch, which workerd does not allow. No retries of its own: callers that retry bring the ticket id along, so that it is harmless.
 */
export function createEdgeScriptClient(options: EdgeStoreOptions, scripts: ScriptSet = SCRIPTS): ScriptClient {
  const timeoutMs = options.commandTimeoutMs ?? COMMAND_TIMEOUT_MS;
  // A plain signal would be shared by all commands and can resolve as a success; the function form makes one each.
  const bounded = clientOver(options, scripts, { signal: () => AbortSignal.timeout(timeoutMs) });
  // Who answers in its own time leaves the fetch behind, and the runtime ends it with the request: a signal would be a timer more.
  return { ...bounded, unbounded: clientOver(options, scripts, {}) };
}

function clientOver(
  { url, token }: EdgeStoreOptions,
  scripts: ScriptSet,
  bound: { signal?: () => AbortSignal },
): ScriptClient {
  const redis = new Redis({
    url,
    token,
    automaticDeserialization: false,
    enableAutoPipelining: false,
    enableTelemetry: false,
    readYourWrites: false,
    // All text in our Redis is UTF-8, which JSON carries as it is; base64 would have to be decoded byte by byte.
    responseEncoding: false,
    retry: { retries: 0, backoff: () => 0 },
    ...bound,
  });
  const post = poster({ url, token }, bound);
  return {
    async run(name, keys, args) {
      const { sha1, lua } = scripts[name];
      const texts = args.map(String);
      try {
        return toReply(await post(['EVALSHA', sha1, keys.length, ...keys, ...texts]));
      } catch (error) {
        if (!isUnknownScript(error)) throw toOperatingError(error, name);
      }
      return guardCommand(name, async () => toReply(await redis.eval(lua, [...keys], texts)));
    },
    get: (key) => guardCommand('GET', () => redis.get<string>(key)),
    isMember: (key, member) =>
      guardCommand('SISMEMBER', async () => {
        const [isIn, exists] = await redis.pipeline().sismember(key, member).exists(key).exec<[number, number]>();
        return { member: isIn === 1, exists: exists === 1 };
      }),
  };
}

/**
 * One command as the client of @upstash/redis sends it, without the objects that it makes for each: every join goes this way, once. The
 * headers are made once, and copied by the runtime itself. Rejects with what the service said.
 */
function poster(
  { url, token }: EdgeStoreOptions,
  { signal }: { signal?: () => AbortSignal },
): (command: readonly (string | number)[]) => Promise<unknown> {
  const headers = new Headers({ 'content-type': 'application/json', authorization: `Bearer ${token}` });
  return async (command) => {
    const body = JSON.stringify(command);
    const bound = signal === undefined ? {} : { signal: signal() };
    const answer: unknown = await (await fetch(url, { method: 'POST', headers, body, ...bound })).json();
    if (typeof answer === 'object' && answer !== null) {
      if ('result' in answer) return answer.result;
      if ('error' in answer) throw new Error(String(answer.error));
    }
    throw new TypeError('the store answered with neither a result nor an error');
  };
}
