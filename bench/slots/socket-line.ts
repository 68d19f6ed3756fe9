import * as v from 'valibot';
import { roomServerMessageSchema } from '../../contracts/feed-messages.ts';
import type { Board } from '../../contracts/board.ts';
import { openRawSocket } from '../parts/raw-socket.ts';
import type { Line, Told } from './slots-room.ts';

/** How long a `here` may take to be answered, in real ms. */
const ANSWER_MS = 10_000;

/** All sockets of a crowd: opens them, and waits until each has heard a tick. */
export type Lines = {
  open(url: string, token: string, hear: (board: Board) => void): Promise<Line>;
  /** Resolves when all open sockets have heard this tick, or after a moment (real time): the stragglers hear the next. */
  heard(tick: number): Promise<void>;
  closeAll(): void;
};

/** No sockets yet. */
export function createLines(): Lines {
  const open = new Set<{ tick: number; close: () => void }>();
  return {
    async open(url, token, hear) {
      const entry = { tick: 0, close: () => {} };
      const waiting: ((place: Told) => void)[] = [];
      const socket = await openRawSocket(url, token, (payload) => {
        const message = v.parse(v.pipe(v.string(), v.parseJson(), roomServerMessageSchema), payload.toString('utf8'));
        if (message.type === 'place') waiting.shift()?.(message);
        if (message.type === 'error') throw new Error(`the feed said ${message.code}`);
        if (message.type !== 'board') return;
        entry.tick = message.tick;
        hear(message);
      });
      entry.close = () => socket.close();
      open.add(entry);
      return {
        here: () =>
          new Promise((resolve, reject) => {
            const late = setTimeout(() => reject(new Error('the feed did not answer')), ANSWER_MS);
            waiting.push((place) => {
              clearTimeout(late);
              resolve(place);
            });
            socket.say('{"type":"here"}');
          }),
        close() {
          open.delete(entry);
          socket.close();
        },
      };
    },
    async heard(tick) {
      const until = performance.now() + 1000;
      const isBehind = (): boolean => [...open].some((entry) => entry.tick < tick);
      while (isBehind() && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 1));
    },
    closeAll() {
      for (const entry of open) entry.close();
    },
  };
}
