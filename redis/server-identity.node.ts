import type { Redis } from 'ioredis';

/** The server that a connection leads to: its run_id; null when it keeps that to itself; undefined while nobody has heard. */
export type ServerIdentity = () => string | null | undefined;

/**
 * Learns once per connection which server it leads to (`INFO server`, run_id: another after each restart and on each replica), so that a
 * state that was restored or promoted behind our back is told from the one we knew. Forgotten with the connection. Asked for again by
 * the next look when the answer did not come.
 */
export function watchServerIdentity(redis: Redis): ServerIdentity {
  let known: string | null | undefined;
  let connection = 0;
  let asking = false;
  const ask = async (): Promise<void> => {
    const asked = connection;
    asking = true;
    const answer = await readRunId(redis);
    if (asked !== connection) return;
    asking = false;
    known = answer;
  };
  redis.on('close', () => {
    connection += 1;
    known = undefined;
    asking = false;
  });
  return () => {
    if (known === undefined && !asking && redis.status === 'ready') void ask();
    return known;
  };
}

async function readRunId(redis: Redis): Promise<string | null | undefined> {
  try {
    return /^run_id:(\w+)/m.exec(await redis.info('server'))?.[1] ?? null;
  } catch (error) {
    // A managed Redis may refuse INFO; one that did not answer is asked again.
    return error instanceof Error && error.name === 'ReplyError' ? null : undefined;
  }
}
