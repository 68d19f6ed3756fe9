import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import { StoreUnavailable } from './redis-connection.ts';
import type { Subscription, Subscriptions } from './subscriptions.ts';

const MOST_UNREAD_LINES = 1_000;

/** Answers with the messages of a channel as server-sent events, until the reader or Redis goes away. */
export async function eventStream(
  c: Context,
  subscriptions: Subscriptions,
  subscription: Subscription,
): Promise<Response> {
  const inbox = createInbox();
  const unsubscribe = await subscriptions.open(subscription, inbox.put, inbox.end).catch((cause: unknown) => {
    throw new StoreUnavailable(cause instanceof Error ? cause.message : 'Redis does not answer');
  });
  return streamSSE(c, async (stream) => {
    stream.onAbort(inbox.end);
    for (;;) {
      const lines = await inbox.take();
      if (lines.length === 0) break;
      for (const line of lines) await stream.writeSSE({ data: line });
    }
    unsubscribe();
  });
}

type Inbox = {
  put: (line: string) => void;
  end: () => void;
  /** The lines since the last call, waiting for the first; none when it has ended. */
  take: () => Promise<string[]>;
};

function createInbox(): Inbox {
  let lines: string[] = [];
  let ended = false;
  let wake = (): void => {};
  const end = (): void => {
    ended = true;
    wake();
  };
  return {
    end,
    put: (line) => {
      // A reader who falls this far behind is cut off rather than kept in memory.
      if (lines.push(line) > MOST_UNREAD_LINES) end();
      wake();
    },
    take: async () => {
      if (lines.length === 0 && !ended) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (ended) return [];
      const taken = lines;
      lines = [];
      return taken;
    },
  };
}
