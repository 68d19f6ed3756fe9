import type { Redis } from 'ioredis';

/**
 * Makes commands of one turn of the event loop leave in one write: call what it returns before each command. Cheaper than ioredis's own
 * auto-pipelining, which makes a pipeline of every turn; each command keeps its own answer and its own failure either way.
 */
export function gatherWrites(redis: Redis): () => void {
  let gathering = false;
  return () => {
    if (gathering || redis.status !== 'ready') return;
    gathering = true;
    const { stream } = redis;
    stream.cork();
    setImmediate(() => {
      gathering = false;
      stream.uncork();
    });
  };
}
