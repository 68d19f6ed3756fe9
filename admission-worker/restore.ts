import {
  readLaneFacts,
  readLastMinute,
  readLivePage,
  readSpentPage,
  type LiveFact,
} from '../db/queries/restore-facts.ts';
import { servedLanes, takeEpoch, type RoomRow, type TakenEpoch } from '../db/queries/rooms.ts';
import {
  readRestore,
  restoreRoom,
  type LiveEntry,
  type RestoreFacts,
  type SpentEntry,
} from '../redis/room/restore-room.ts';
import type { Stores } from './admit.ts';
import { LEASE_BLOCK } from './lease.ts';
import { lostTickets, openRounds } from './lost-tickets.ts';
import { toRoomConfig } from './room-config.ts';

/** A restore without a step for this long is taken over, ms: its worker died, or stopped. A step waits for one page and one script. */
const RESTORE_STALL_MS = 3000;
/** Rows of a page: a question costs more than its rows, and one that takes long looks like a stall. */
const PAGE_ROWS = 5000;
/** Longer than the server lets a statement run: an epoch that was taken too late to be used would be taken again and again, ms. */
const TAKE_EPOCH_DEADLINE_MS = 6000;

/**
 * Puts a room into Redis: at its first start, or after Redis lost it (WAITING-ROOM §5). Workers race for the epoch in Postgres and
 * one wins; the others see the new epoch in their next round. What the winner leaves unfinished the next one takes over, under an
 * epoch of its own. Returns the epoch, or null when another worker is doing it.
 */
export async function restore(stores: Stores, room: RoomRow, redisRunId: string | null = null): Promise<number | null> {
  const { postgres, scripts } = stores;
  const other = await readRestore(scripts, room.id);
  if (other !== null && other.epoch >= room.epoch && other.idleMs < RESTORE_STALL_MS) return null;
  const taken = await postgres(
    (sql) => takeEpoch(sql, room.id, room.epoch, servedLanes(room), LEASE_BLOCK, redisRunId),
    TAKE_EPOCH_DEADLINE_MS,
  );
  if (taken === null) return null;
  const restored = await restoreRoom(scripts, room.id, taken.epoch, await toFacts(stores, room, taken));
  return restored ? taken.epoch : null;
}

async function toFacts({ postgres }: Stores, room: RoomRow, taken: TakenEpoch): Promise<RestoreFacts> {
  const { tick, opened, leasedTo } = taken;
  const lanes = await postgres((sql) => readLaneFacts(sql, room.id));
  const lately = await postgres((sql) => readLastMinute(sql, room.id));
  return {
    tick,
    opened,
    config: await toRoomConfig(room),
    lanes: lanes.map((lane) => ({
      name: lane.lane,
      // The block leased with this epoch is its own; what lies below may have been given out.
      counter: (leasedTo.get(lane.lane) ?? lane.leasedTo) - LEASE_BLOCK,
      leasedTo: leasedTo.get(lane.lane) ?? lane.leasedTo,
      base: lane.base,
      calledTo: lane.calledTo,
      nearTo: lane.nearTo,
      admittedTo: lane.admittedTo,
      lateTo: lane.lateTo,
      show: lane.show,
      // A room that begins has no rounds yet.
      ...openRounds(lane, room.epoch > 0 && room.queueingMethod === 'random'),
      lost: lostTickets(lane, (leasedTo.get(lane.lane) ?? lane.leasedTo) - LEASE_BLOCK),
    })),
    live: livePages(pagesOf<LiveFact>((last) => postgres((sql) => readLivePage(sql, room.id, last, PAGE_ROWS)))),
    spent: pagesOf<SpentEntry>((last) => postgres((sql) => readSpentPage(sql, room.id, last, PAGE_ROWS))),
    admitted: lately.map(({ atMs, count }) => [atMs, count]),
  };
}

/** Page after page, until one is empty. The next one is read while this one is used. */
async function* pagesOf<T>(read: (last: T | null) => Promise<T[]>): AsyncGenerator<T[]> {
  const ask = (last: T | null): Promise<T[]> => {
    const page = read(last);
    // It may fail before anybody waits for it; whoever does then hears of it.
    page.catch(() => {});
    return page;
  };
  let next = ask(null);
  try {
    for (let page = await next; page.length > 0; page = await next) {
      next = ask(page.at(-1) ?? null);
      yield page;
    }
  } finally {
    // Whoever stops early leaves no question behind: the room's door to Postgres takes one at a time.
    await next.catch(() => {});
  }
}

async function* livePages(pages: AsyncGenerator<LiveFact[]>): AsyncGenerator<LiveEntry[]> {
  for await (const page of pages) yield page.map((fact) => ({ ...fact, kind: fact.claimed ? 'session' : 'key' }));
}
