import { expect, test } from 'vitest';
import { BOARD_STALE_MS } from '../contracts/board.ts';
import { createManualClock } from '../platform/clock.ts';
import { createLogger } from '../platform/log.ts';
import type { ScriptClient } from '../redis/script-client.ts';
import { makeBoard } from './feed.fixture.ts';
import { createRoomHub } from './room-hub.ts';
import type { Visitor } from './visitor.ts';

/** A store with one board in it, or none that answers. */
function storeOf(board: () => string | null): ScriptClient {
  const never = () => Promise.reject(new Error('not asked for'));
  return { get: () => Promise.resolve().then(board), run: never, mget: never } as unknown as ScriptClient;
}

/** A visitor whose socket keeps what it is sent. */
function listener(score?: string) {
  const heard: Record<string, unknown>[] = [];
  const keep = (text: string): boolean => heard.push(JSON.parse(text) as Record<string, unknown>) > 0;
  const outbox = {
    offer: (frame: Buffer) => keep(frame.subarray(frame.indexOf('{')).toString()),
    send: (message: object) => keep(JSON.stringify(message)),
    close: () => {},
  };
  const who = { room: 'demo', ticketId: 'A', lane: 'general', expMs: 0, outbox };
  const visitor: Visitor = score === undefined ? who : { ...who, score };
  return { visitor, heard };
}

const log = createLogger('feed', 'silent');
const announcement = (tick: number, calledTo = '0') =>
  JSON.stringify({ board: JSON.stringify(makeBoard('demo', tick, { calledTo })), admitted: [] });

test('a board is shown again as stale once nobody has ticked for 3 s, also to newcomers, until the next tick', async () => {
  const clock = createManualClock(1_800_000_000_000);
  const away = () => {
    throw new Error('the store is away');
  };
  const hub = createRoomHub('demo', { client: storeOf(away), clock, log });
  const early = listener('9');
  hub.add(early.visitor);
  hub.announce(announcement(1));
  clock.advance(BOARD_STALE_MS - 1);
  await hub.refresh();
  expect(early.heard).toHaveLength(1);
  clock.advance(1);
  await hub.refresh();
  expect(early.heard.at(-1)).toMatchObject({ type: 'board', tick: 1, stale: true });
  const late = listener('9');
  hub.add(late.visitor);
  await hub.welcome(late.visitor);
  expect(late.heard).toMatchObject([{ tick: 1, stale: true }]);
  hub.announce(announcement(2));
  expect(early.heard.at(-1)).not.toHaveProperty('stale');
});

test('who is called hears it before the board goes out, and once', async () => {
  const clock = createManualClock(1_800_000_000_000);
  const hub = createRoomHub('demo', { client: storeOf(() => null), clock, log });
  const near = listener('9');
  hub.add(near.visitor);
  hub.announce(announcement(1, '8'));
  hub.announce(announcement(2, '9'));
  hub.announce(announcement(3, '10'));
  expect(near.heard.map(({ type, tick }) => tick ?? type)).toEqual([1, 'called', 2, 3]);
});
