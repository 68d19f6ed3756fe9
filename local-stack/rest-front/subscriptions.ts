import { Redis } from 'ioredis';

export type Subscription = { channel: string; isPattern: boolean };

export type Subscriptions = {
  /**
   * Calls `onLine` with the lines of the event stream (`subscribe,<channel>,1`, then `message,<channel>,<payload>`).
   * Returns how to end it; `onEnd` is called when Redis is lost. Rejects when Redis can't be reached or all places are taken.
   */
  open: (subscription: Subscription, onLine: (line: string) => void, onEnd: () => void) => Promise<() => void>;
  close: () => void;
};

const MAX_STREAMS = 1_000;
const CONNECT_TIMEOUT_MS = 1_000;

/** Each event stream has a connection of its own: Redis then does the counting and the fan-out. */
export function createSubscriptions(url: string): Subscriptions {
  const open = new Set<Redis>();
  return {
    open: async ({ channel, isPattern }, onLine, onEnd) => {
      if (open.size >= MAX_STREAMS) throw new Error('ERR too many subscriptions');
      const redis = new Redis(url, {
        lazyConnect: true,
        retryStrategy: () => null,
        connectTimeout: CONNECT_TIMEOUT_MS,
      });
      open.add(redis);
      // The reason reaches the caller by `onEnd` or the rejection below.
      redis.on('error', () => {});
      redis.once('end', () => {
        open.delete(redis);
        onEnd();
      });
      redis.on('message', (from: string, text: string) => onLine(`message,${from},${text}`));
      redis.on('pmessage', (pattern: string, from: string, text: string) =>
        onLine(`pmessage,${pattern},${from},${text}`),
      );
      try {
        await redis.connect();
        const count = isPattern ? await redis.psubscribe(channel) : await redis.subscribe(channel);
        onLine(`${isPattern ? 'psubscribe' : 'subscribe'},${channel},${String(count)}`);
      } catch (cause) {
        redis.disconnect();
        throw new Error('ERR store unavailable: Redis does not answer', { cause });
      }
      return () => redis.disconnect();
    },
    close: () => {
      for (const redis of open) redis.disconnect();
    },
  };
}
