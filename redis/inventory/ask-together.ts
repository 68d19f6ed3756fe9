import { asList, asText } from '../reply.ts';
import type { OneOfMany, RedisReply, ScriptClient } from '../script-client.ts';
import { toOperatingError } from '../script-error.ts';

/**
 * One request to a script that answers several at once: with others where the client gathers them, else by itself. Returns its own reply,
 * value by value.
 * Refuses with what the script refused it with, or all of them; `store_unavailable`.
 */
export async function askTogether(client: ScriptClient, request: OneOfMany): Promise<string[]> {
  return accept(request, (await client.runTogether?.(request)) ?? (await askAlone(client, request)));
}

/** The same for a request that takes long: others needn't wait for it. */
export async function askApart(client: ScriptClient, request: OneOfMany): Promise<string[]> {
  return accept(request, await askAlone(client, request));
}

async function askAlone(client: ScriptClient, { script, shared, keys, args }: OneOfMany): Promise<RedisReply> {
  const [reply] = asList(await client.run(script, [...shared.keys, ...keys], [...shared.args, ...args]), 1);
  return reply ?? null;
}

function accept({ script }: OneOfMany, answer: RedisReply): string[] {
  const reply = asText(answer).split('|');
  if (reply[0] === 'refused') throw toOperatingError(new Error(reply[1]), script);
  return reply;
}
