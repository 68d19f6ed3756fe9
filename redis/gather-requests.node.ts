import type { Bound, OneOfMany, RedisReply, ScriptClient } from './script-client.ts';

/** Requests in one run of a script at most: nobody else is served while it runs, some 30 µs for each. */
const MOST = 32;

type Waiting = {
  request: OneOfMany;
  bound: Bound;
  resolve: (reply: RedisReply) => void;
  reject: (error: unknown) => void;
};

export type GatheredRequests = {
  /** Hands in one request; resolves with its own reply, and rejects where the run failed. */
  add(request: OneOfMany, bound?: Bound): Promise<RedisReply>;
  /** Runs what was handed in: one run for all that share their first keys, up to `MOST`. */
  send(): void;
};

/** Gathers requests to scripts that answer several at once (`redis/lua/includes/together.lua`). */
export function gatherRequests(run: ScriptClient['run']): GatheredRequests {
  const groups = new Map<string, Waiting[]>();

  const runTogether = async (group: readonly Waiting[]): Promise<void> => {
    const [first] = group;
    if (first === undefined) return;
    try {
      const {
        bound,
        request: { script, shared },
      } = first;
      // Pushed one by one: `flatMap` copies each value by the slowest way there is.
      const [keys, args] = [[...shared.keys], [...shared.args]];
      for (const { request } of group) {
        for (const key of request.keys) keys.push(key);
        for (const arg of request.args) args.push(arg);
      }
      const replies = await bound(() => run(script, keys, args));
      for (const [i, one] of group.entries()) one.resolve(replyOf(script, replies, i));
    } catch (error) {
      for (const one of group) one.reject(error);
    }
  };

  return {
    add: (request, bound = unbounded) =>
      new Promise((resolve, reject) => {
        // The first key names the inventory, and with it the other shared ones.
        const name = `${request.script} ${request.shared.keys[0]}`;
        const group = groups.get(name);
        const one = { request, bound, resolve, reject };
        if (group === undefined) groups.set(name, [one]);
        else group.push(one);
      }),
    send() {
      const gathered = [...groups.values()];
      groups.clear();
      for (const group of gathered)
        for (let first = 0; first < group.length; first += MOST) void runTogether(group.slice(first, first + MOST));
    },
  };
}

const unbounded: Bound = (start) => start();

function replyOf(script: string, replies: RedisReply, index: number): RedisReply {
  const reply = Array.isArray(replies) ? replies[index] : undefined;
  if (reply === undefined) throw new TypeError(`${script} didn't answer each request`);
  return reply;
}
