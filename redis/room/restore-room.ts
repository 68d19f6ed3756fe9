import { accessKey, laneKeys, roomKeys } from '../keys.ts';
import { asList, asNumber } from '../reply.ts';
import type { RedisReply, ScriptClient } from '../script-client.ts';
import type { RoomConfigFields } from './configure-room.ts';
import { laneKeyList } from './tick-room.ts';

/** Entries of one script of a restore at most: a millisecond of Redis (`npm run bench -- restore`), and other rooms get in between. */
const RESTORE_STEP = 250;

/** Long lists come in pages of any size. */
type Pages<T> = Iterable<T[]> | AsyncIterable<T[]>;

/** Who holds a key or a session; `strikes`: keys not claimed before. */
export type LiveEntry = { id: string; untilMs: number; kind: 'session' | 'key'; lane: string; strikes: number };
export type SpentEntry = { id: string; expMs: number };

/** What Postgres knows of a room: enough to go on as if nothing was lost (WAITING-ROOM §5). */
export type RestoreFacts = {
  tick: number;
  opened: boolean;
  config: RoomConfigFields;
  /** Scores as texts with all digits; `counter` starts a block that was leased for this epoch. */
  lanes: {
    name: string;
    counter: number;
    leasedTo: number;
    base: number;
    calledTo: string;
    nearTo: string;
    admittedTo: string;
    lateTo: number;
    show: number;
    /** Tickets that wait but are not in the index: JSON of [from, to, count] (redis/lua/includes/line.lua). */
    lost?: string;
    /** Rounds that may not be over: JSON of [minute, base] (redis/lua/includes/rounds.lua). */
    rounds?: string;
    /** In a room that draws: numbers from this one on may be rounds that nobody wrote down. */
    unseenFrom?: number;
  }[];
  live: Pages<LiveEntry>;
  spent: Pages<SpentEntry>;
  /** Admissions of the last minute, so that the rate holds across a loss. */
  admitted: [atMs: number, count: number][];
};

/**
 * Puts a room into Redis under an epoch that Postgres gave to the caller alone, in steps of bounded length; until the last one every
 * script of the room answers `room_recovering`. False when that epoch stands already, or when somebody began a later one in between.
 * A caller that dies leaves a room that is still being restored: `readRestore` tells others for how long nothing has happened.
 */
export async function restoreRoom(
  client: ScriptClient,
  room: string,
  epoch: number,
  facts: RestoreFacts,
): Promise<boolean> {
  const steps = restoreSteps(client, room, epoch, facts);
  if (!(await steps.begin()) || !(await steps.clear())) return false;
  for await (const step of stepsOf(facts.spent)) if (!(await steps.loadSpent(step))) return false;
  for await (const step of stepsOf(facts.live)) if (!(await steps.loadLive(step))) return false;
  return steps.finish();
}

/** The restore that is under way: its epoch, and how long ago its last step was, ms. Null when there is none. */
export async function readRestore(
  client: ScriptClient,
  room: string,
): Promise<{ epoch: number; idleMs: number } | null> {
  const reply = await client.run('read-restore', [roomKeys(room).state], []);
  if (reply === null) return null;
  const [epoch, idleMs] = asList(reply, 2);
  return { epoch: asNumber(epoch), idleMs: asNumber(idleMs) };
}

async function* stepsOf<T>(pages: Pages<T>): AsyncGenerator<T[]> {
  for await (const page of pages) {
    for (let from = 0; from < page.length; from += RESTORE_STEP) yield page.slice(from, from + RESTORE_STEP);
  }
}

function restoreSteps(client: ScriptClient, room: string, epoch: number, facts: RestoreFacts) {
  const { live: _live, spent: _spent, ...last } = facts;
  const { config, state, live, spent, facts: happened, ring, board } = roomKeys(room);
  const lanes = facts.lanes.map(({ name }) => laneKeys(room, name));
  const prefix = accessKey(room, '');
  const allowed = (reply: RedisReply) => asNumber(reply) >= 0;
  return {
    async begin() {
      const forgotten = facts.lanes.flatMap(({ name }) => laneKeyList(room, name).slice(1));
      const keys = [state, config, spent, happened, ring, board, ...forgotten];
      return asNumber(await client.run('begin-restore', keys, [epoch])) === 1;
    },
    async clear() {
      const keys = [state, live, ...lanes.map((lane) => lane.waiting)];
      const args = [epoch, prefix, RESTORE_STEP, ...facts.lanes.map((lane) => lane.calledTo)];
      for (;;) {
        const gone = asNumber(await client.run('clear-restore', keys, args));
        if (gone <= 0) return gone === 0;
      }
    },
    async loadSpent(page: SpentEntry[]) {
      const keys = [state, spent, ...lanes.map((lane) => lane.waiting)];
      const entries = page.flatMap(({ id, expMs }) => [id, expMs]);
      return allowed(await client.run('load-spent', keys, [epoch, ...entries]));
    },
    async loadLive(page: LiveEntry[]) {
      const keys = [state, live, ...lanes.map((lane) => lane.answers)];
      const laneOf = (name: string) => facts.lanes.findIndex((lane) => lane.name === name) + 1;
      const entries = page.flatMap((entry) => [entry.id, entry.untilMs, entry.kind, laneOf(entry.lane), entry.strikes]);
      return allowed(await client.run('load-live', keys, [epoch, prefix, facts.tick, ...entries]));
    },
    async finish() {
      const keys = [config, state, ring, ...lanes.map((lane) => lane.calls)];
      return asNumber(await client.run('restore-room', keys, [epoch, JSON.stringify(last)])) === 1;
    },
  };
}
