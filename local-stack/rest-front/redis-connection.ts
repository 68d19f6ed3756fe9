import { Command, Redis } from 'ioredis';
import { gatherWrites } from '../../redis/gather-writes.node.ts';
import type { RespReply } from './encode-reply.ts';
import type { RedisCommand } from './parse-commands.ts';

/** The answer to one command: its reply, or Redis's own error text (`NOSCRIPT …`), verbatim. */
export type Outcome = { ok: true; reply: RespReply } | { ok: false; error: string };

/** Redis gave no answer at all: it is down, hangs, or too much is on its way to it already. */
export class StoreUnavailable extends Error {
  constructor(reason: string) {
    super(`ERR store unavailable: ${reason}`);
    this.name = 'StoreUnavailable';
  }
}

export type RedisConnection = {
  /** Sends one command. Rejects with StoreUnavailable when Redis does not answer. */
  command: (command: RedisCommand) => Promise<Outcome>;
  /** Sends all commands at once, in order, not atomically. Rejects with StoreUnavailable when Redis does not answer. */
  pipeline: (commands: readonly RedisCommand[]) => Promise<Outcome[]>;
  /** Runs all commands in MULTI and EXEC; the one outcome is EXEC's. Rejects as `pipeline` does. */
  transaction: (commands: readonly RedisCommand[]) => Promise<Outcome>;
  /** Resolves with the first connection; rejects with StoreUnavailable when there is none in time. */
  connected: () => Promise<void>;
  close: () => void;
};

export type ConnectionLimits = {
  /** Longest wait for an answer, in ms. */
  answerMs: number;
  /** Most commands on their way to Redis at once, over all requests. */
  inFlight: number;
};

const RECONNECT_MAX_MS = 250;

/** One connection for everybody: commands of all requests share its pipeline, and those of one turn share a packet. */
export function connectRedis(url: string, limits: ConnectionLimits): RedisConnection {
  const redis = new Redis(url, {
    // A command that can't be sent now fails now: the caller has its own policy for waiting.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (attempt) => Math.min(attempt * 25, RECONNECT_MAX_MS),
    connectTimeout: limits.answerMs,
    // A connection that swallows commands is given up, and with it all that wait on it.
    socketTimeout: limits.answerMs,
  });
  // Each command already fails with the reason; without a listener the client library prints it again.
  redis.on('error', () => {});
  let inFlight = 0;
  const gather = gatherWrites(redis);

  const send = (name: string, args: string[]): Promise<unknown> => {
    gather();
    const command = new Command(name, args, { replyEncoding: null });
    void redis.sendCommand(command);
    return command.promise;
  };
  const bounded = async <T>(count: number, work: () => Promise<T>): Promise<T> => {
    if (inFlight + count > limits.inFlight) throw new StoreUnavailable('too many commands wait for an answer');
    inFlight += count;
    try {
      return await withDeadline(work(), limits.answerMs);
    } finally {
      inFlight -= count;
    }
  };
  return {
    command: ([name, ...args]) => bounded(1, () => outcomeOf(send(name, args))),
    pipeline: (commands) =>
      bounded(commands.length, () => Promise.all(commands.map(([name, ...args]) => outcomeOf(send(name, args))))),
    transaction: (commands) =>
      bounded(commands.length + 2, async () => {
        const queued = [send('MULTI', []), ...commands.map(([name, ...args]) => send(name, args))];
        const outcome = outcomeOf(send('EXEC', []));
        // A command refused while queueing makes EXEC fail too, and that is the error the caller gets.
        await Promise.allSettled(queued);
        return outcome;
      }),
    connected: () => {
      const ready = new Promise<void>((resolve) => {
        if (redis.status === 'ready') resolve();
        else redis.once('ready', resolve);
      });
      return withDeadline(ready, limits.answerMs);
    },
    close: () => redis.disconnect(),
  };
}

async function outcomeOf(answer: Promise<unknown>): Promise<Outcome> {
  try {
    return { ok: true, reply: asReply(await answer) };
  } catch (error) {
    if (error instanceof Error && error.name === 'ReplyError') return { ok: false, error: error.message };
    throw new StoreUnavailable('Redis does not answer');
  }
}

function asReply(value: unknown): RespReply {
  if (Buffer.isBuffer(value) || typeof value === 'number' || value === null || value instanceof Error) return value;
  if (Array.isArray(value)) return value.map(asReply);
  if (typeof value === 'string') return Buffer.from(value);
  throw new TypeError(`the client library gave a ${typeof value} where Redis has none`);
}

async function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StoreUnavailable(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
