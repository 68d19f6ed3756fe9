import type { Redis } from 'ioredis';

/**
 * Makes commands of one turn of the event loop leave in one write: call what it returns before each command. Cheaper than ioredis's own
 * auto-pipelining, which makes a pipeline of every turn; each command keeps its own answer and its own failure either way.
 * `beforeTheyLeave` runs at the turn's end; the commands that it gives leave with the others.
 */
export function gatherWrites(redis: Redis, beforeTheyLeave: () => void = () => {}): () => void {
  let gathering = false;
  return () => {
    if (gathering) return;
    gathering = true;
    const stream = redis.status === 'ready' ? redis.stream : null;
    stream?.cork();
    setImmediate(() => {
      beforeTheyLeave();
      gathering = false;
      stream?.uncork();
    });
  };
}
