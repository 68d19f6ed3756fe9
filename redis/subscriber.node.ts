import { connectRedis } from './client.node.ts';

/** Listens to pub/sub channels over one connection, and takes them up again after each loss of it. */
export type Subscriber = {
  /** Resolves once Redis confirmed, or at once while it is away: then it is taken up on the reconnect. */
  subscribe(channel: string, listener: (message: string) => void): Promise<void>;
  unsubscribe(channel: string): Promise<void>;
  /** Called after every reconnect, when all channels are heard again: what was published in between is lost. */
  onReconnect(listener: () => void): void;
  close(): void;
};

/** How often the silent connection is asked whether it still lives, in ms: a cut wire tells nobody by itself. */
const PING_EVERY_MS = 5000;

/** Opens a subscriber. Throws when Redis can't be reached the first time: a wrong address should fail the start. */
export async function createSubscriber(url: string): Promise<Subscriber> {
  const redis = connectRedis(url, { autoResubscribe: false });
  const listeners = new Map<string, (message: string) => void>();
  const reconnected: (() => void)[] = [];

  const takeUp = async (channels: string[]): Promise<boolean> => {
    if (channels.length === 0) return true;
    try {
      await redis.subscribe(...channels);
      return true;
    } catch {
      // Either the connection is down, then its return takes everything up, or it hangs: then it must be made to return.
      if (redis.status === 'ready') redis.disconnect(true);
      return false;
    }
  };

  redis.on('message', (channel: string, message: string) => listeners.get(channel)?.(message));
  await redis.connect();
  redis.on('ready', () => {
    void takeUp([...listeners.keys()]).then((heard) => {
      if (heard) for (const listener of reconnected) listener();
    });
  });
  const ping = setInterval(() => {
    if (redis.status === 'ready') redis.ping().catch(() => redis.disconnect(true));
  }, PING_EVERY_MS);

  return {
    async subscribe(channel, listener) {
      listeners.set(channel, listener);
      await takeUp([channel]);
    },
    async unsubscribe(channel) {
      listeners.delete(channel);
      // A connection that is down has forgotten the channel anyway.
      await redis.unsubscribe(channel).catch(() => {});
    },
    onReconnect: (listener) => void reconnected.push(listener),
    close() {
      clearInterval(ping);
      redis.disconnect();
    },
  };
}
