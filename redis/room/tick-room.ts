import * as v from 'valibot';
import { accessKey, laneKeys, roomChannel, roomKeys } from '../keys.ts';
import { asList, asNumber, asText } from '../reply.ts';
import type { ScriptClient, TickClient } from '../script-client.ts';

const laneNumbersSchema = v.object({
  counter: v.number(),
  leasedTo: v.number(),
  calledTo: v.string(),
  nearTo: v.string(),
  admittedTo: v.string(),
  lateTo: v.number(),
  waiting: v.number(),
  ready: v.number(),
  late: v.number(),
  show: v.number(),
  /** What the line is made of, for a restore: JSON (admission-worker/lost-tickets.ts). */
  line: v.string(),
  /** Minute of the lane's latest round; 0 before the first. */
  round: v.number(),
});
const tickNumbersSchema = v.object({
  tick: v.number(),
  /** The tick before, as Redis knew it; absent in a tick that an older worker began. */
  previous: v.optional(v.number()),
  /** Redis time, ms. */
  at: v.number(),
  /** The settings' version that this tick went by. */
  configVersion: v.number(),
  opened: v.boolean(),
  /** End of the claim window of this tick's keys, ms. */
  liveUntil: v.number(),
  lanes: v.record(v.string(), laneNumbersSchema),
});

/** Somebody let in; `late`: from the late line, where the score is the time of the first late answer. */
export type Admission = { id: string; score: string; lane: string; late: boolean };
/** `facts`: what happened to tickets since the last tick, each "what id atMs untilMs expMs", or
 * "ended what atMs id id …". `board` is JSON. */
export type TickResult = v.InferOutput<typeof tickNumbersSchema> & {
  board: string;
  admitted: Admission[];
  facts: string[];
};
export type LaneNumbers = v.InferOutput<typeof laneNumbersSchema>;

/**
 * `lost`: Redis has no state of this epoch, or an older one than Postgres. `skipped`: this period is done; `aheadTicks` more than a
 * few means that Redis's clock went back. `pending`: a tick that ran before and still has to be committed, by anybody.
 */
export type TickOutcome =
  | { status: 'lost' }
  | { status: 'skipped'; aheadTicks: number }
  | { status: 'ticked' | 'pending'; result: TickResult };

/** The keys of a lane in the order of tick and restore. */
export const laneKeyList = (room: string, lane: string): string[] => {
  const keys = laneKeys(room, lane);
  return [keys.waiting, keys.ready, keys.readySeen, keys.late, keys.answers, keys.calls];
};

/** What an autopilot allows a tick, both whole numbers of people; it lowers the room's own limits and never raises them. */
export type TickBounds = { usersPerMinute: number; mostInside: number | null };

/**
 * Runs one tick (WAITING-ROOM §3) for the epoch and the last tick that Postgres knows, within the room's limits and an autopilot's bounds
 * where there are any. Nothing of it counts before `commitTick`.
 */
export async function tickRoom(
  client: TickClient,
  { id: room, epoch, tick }: { id: string; epoch: number; tick: number },
  lanes: string[],
  bounds: TickBounds | null = null,
): Promise<TickOutcome> {
  const keys = roomKeys(room);
  const names = [keys.config, keys.state, keys.live, keys.spent, keys.facts, keys.ring];
  const reply = asList(
    await client.run(
      'tick',
      [...names, ...lanes.flatMap((lane) => laneKeyList(room, lane))],
      [epoch, accessKey(room, ''), room, tick, bounds?.usersPerMinute ?? '', bounds?.mostInside ?? '', ...lanes],
    ),
    1,
  );
  const status = asText(reply[0]);
  if (status === 'lost') return { status };
  if (status === 'skipped') return { status, aheadTicks: asNumber(reply[1]) };
  if (status !== 'ticked' && status !== 'pending') throw new TypeError('the tick replied with an unknown status');
  const [, numbers, board, admissions, factCount] = asList(reply, 5);
  const facts = await readFacts(client, keys.facts, asNumber(factCount));
  // Another worker has finished this tick meanwhile, or Redis lost it: the next tick tells which.
  if (facts === null) return { status: 'skipped', aheadTicks: 0 };
  const result = {
    ...v.parse(tickNumbersSchema, JSON.parse(asText(numbers))),
    board: asText(board),
    admitted: toLines(asText(admissions)).flatMap(toAdmissions),
    facts,
  };
  return { status, result };
}

/**
 * The first facts of the list, which only a commit shortens; null where they are no more. Who reads others, because the tick was committed in
 * between, writes nothing: Postgres has that tick.
 */
async function readFacts(client: TickClient, key: string, count: number): Promise<string[] | null> {
  const facts = count === 0 ? [] : await client.list(key, count);
  return facts.length < count ? null : facts;
}

const toLines = (text: string): string[] => (text === '' ? [] : text.split('\n'));

function toAdmissions(line: string): Admission[] {
  const [lane = '', from, ...words] = line.split(' ');
  const admissions: Admission[] = [];
  for (let at = 0; at < words.length; at += 2) {
    const [id, score] = [words[at], words[at + 1]];
    if (id === undefined || score === undefined) throw new TypeError('the tick admitted somebody it does not name');
    admissions.push({ id, score, lane, late: from === 'late' });
  }
  return admissions;
}

/**
 * Makes a written tick count: keys claimable, board published. Idempotent. `before`: another worker was first. `late`: the claim windows of its
 * keys are too old by now; the tick stays pending, and whoever ticks next renews them.
 */
export async function commitTick(
  client: ScriptClient,
  room: string,
  epoch: number,
  lanes: string[],
  result: TickResult,
): Promise<'committed' | 'before' | 'late'> {
  const keys = roomKeys(room);
  const announcement = JSON.stringify({
    board: result.board,
    admitted: result.admitted.map((admission) => admission.id),
  });
  const reply = await client.run(
    'commit-tick',
    [keys.config, keys.state, keys.board, keys.facts, ...lanes.map((lane) => laneKeys(room, lane).calls)],
    [epoch, result.tick, result.board, roomChannel(room), announcement, result.facts.length, ...lanes],
  );
  const committed = asNumber(reply);
  if (committed < 0) return 'late';
  return committed === 1 ? 'committed' : 'before';
}
