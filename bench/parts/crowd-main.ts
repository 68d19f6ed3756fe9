import * as v from 'valibot';
import { openRawSocket } from './raw-socket.ts';
import { servePart } from './serve-part.ts';

/** Sockets opened at the same time: a herd of all at once would only measure the listen queue. */
const OPENING = 100;

const questionSchema = v.variant('ask', [
  v.object({ ask: v.literal('open'), url: v.string(), tokens: v.array(v.string()) }),
  v.object({ ask: v.literal('heard') }),
  v.object({ ask: v.literal('close') }),
  v.object({ ask: v.literal('cpu') }),
]);

/** Many sockets of a room in one process: for each tick, how many heard it and when the first and the last did (ms since 1970). */
await servePart(v.object({}), async () => {
  const sockets: { close(): void }[] = [];
  let ticks = new Map<number, { count: number; firstMs: number; lastMs: number }>();
  const onFrame = (payload: Buffer): void => {
    const now = performance.timeOrigin + performance.now();
    const tick = tickOf(payload);
    const seen = ticks.get(tick);
    if (seen === undefined) ticks.set(tick, { count: 1, firstMs: now, lastMs: now });
    else {
      seen.count += 1;
      seen.lastMs = now;
    }
  };
  const open = async (url: string, tokens: string[]): Promise<void> => {
    for (let at = 0; at < tokens.length; at += OPENING) {
      const some = tokens.slice(at, at + OPENING);
      sockets.push(...(await Promise.all(some.map((token) => openRawSocket(url, token, onFrame)))));
    }
  };
  return {
    ready: {},
    async answer(question) {
      const asked = v.parse(questionSchema, question);
      if (asked.ask === 'cpu') return process.cpuUsage().user + process.cpuUsage().system;
      if (asked.ask === 'open') await open(asked.url, asked.tokens);
      if (asked.ask === 'close') for (const socket of sockets.splice(0)) socket.close();
      const heard = [...ticks].map(([tick, seen]) => ({ tick, ...seen }));
      if (asked.ask !== 'heard') ticks = new Map();
      return { open: sockets.length, heard };
    },
  };
});

/** Reads the tick without parsing the frame: the board's first fields are room, epoch, tick. -1 for frames without one. */
function tickOf(payload: Buffer): number {
  return Number(/"tick":(\d+)/.exec(payload.toString('latin1', 0, 120))?.[1] ?? -1);
}
