import {
  createBookingCommits,
  toWrite,
  type BookingCommits,
  type BookingDraft,
} from '../core/bookings/commit-booking.ts';
import { BATCH, IN_FLIGHT } from '../core/commits/limits.ts';
import type { Sql } from '../db/connect.ts';
import { PATTERNS } from './bookings/patterns/all.ts';
import { bookUnderRowLock } from './bookings/patterns/in-postgres.ts';
import { perSecond, ratio, whole, type Report } from './measure/report.ts';
import { inTurn, median } from './measure/rounds.ts';
import type { BenchOptions } from './options.ts';
import { insertRaw } from './write-path/raw-inserts.ts';
import { startWriteWorld, type WriteWorld } from './write-path/world.ts';

/** Callers at once: as many wait as are under way, so that the next batch is full and at hand, as the next of the bare inserts is. */
const CALLERS = 2 * BATCH * IN_FLIGHT;
/** A crowd of which nobody waits while two full batches are under way: batches are as large as those who are answered make them. */
const FEW_CALLERS = BATCH * IN_FLIGHT;
const HOT_CLIENTS = 128;
/** B1's connections for distinct seats; each hot client has one of its own, as the pattern has it. */
const B1_CONNECTIONS = 10;
const CLAIMS = 1_000_000;
const CLAIMS_A_BOOKING = 5;

type Subject = { world: WriteWorld; commits: BookingCommits; raw: Sql; b1: Sql; b1Hot: Sql };

/** Bookings a second of the write path alone, from a draft to its durable outcome, beside bare inserts and one transaction each. */
export async function benchWritePath({ smoke }: BenchOptions): Promise<Report> {
  const world = await startWriteWorld();
  try {
    const connect = (max: number) => world.connect(max);
    const commits = createBookingCommits(connect(IN_FLIGHT));
    const subject = {
      world,
      commits,
      raw: connect(IN_FLIGHT),
      b1: connect(B1_CONNECTIONS),
      b1Hot: connect(HOT_CLIENTS),
    };
    return await measure(subject, smoke);
  } finally {
    await world.stop();
  }
}

async function measure(subject: Subject, smoke: boolean): Promise<Report> {
  const { world } = subject;
  const [rounds, many, few] = smoke ? [1, 400, 40] : [9, 8000, 500];
  const ours = counted(world, many, () => byGroupCommit(subject, 'spread', many, CALLERS));
  const raw = counted(world, many, () => byRawInserts(subject, many));
  const fewer = counted(world, many, () => byGroupCommit(subject, 'spread', many, FEW_CALLERS));
  const oneByOne = () => byOneByOne(subject.b1, drafts(world, 'spread', few), 64);
  await inTurn(1, ours.run, raw.run);
  const toRaw = await inTurn(rounds, ours.run, raw.run);
  const [oursUs, rawUs] = [ours.medianUs(rounds), raw.medianUs(rounds)];
  const fewerToRaw = await inTurn(rounds, fewer.run, raw.run);
  const toB1 = await inTurn(rounds, ours.run, oneByOne);
  const hot = () => byGroupCommit(subject, 'hot', many, HOT_CLIENTS);
  const hotB1 = () => byOneByOne(subject.b1Hot, drafts(world, 'hot', few), HOT_CLIENTS);
  await inTurn(1, hot, hotB1);
  const toHotB1 = await inTurn(rounds, hot, hotB1);
  const claims = smoke ? 5000 : CLAIMS;
  await world.grow(claims / CLAIMS_A_BOOKING);
  const grown = await inTurn(rounds, ours.run, raw.run);
  return {
    title: 'The write path of bookings alone: group commit ÷ bare inserts, ÷ one transaction each',
    rows: [
      ['÷ bare unnest inserts of the same rows', ratio(toRaw.ratio), { value: toRaw.ratio, bound: { atLeast: 0.8 } }],
      ['  each round', toRaw.ratios.map(ratio).join(' ')],
      ['  by processor time of Postgres', ratio(rawUs / oursUs), { value: rawUs / oursUs }],
      [`  by ${FEW_CALLERS} callers instead of ${CALLERS}`, ratio(fewerToRaw.ratio), { value: fewerToRaw.ratio }],
      ['  each round', fewerToRaw.ratios.map(ratio).join(' ')],
      [`  with ${whole(claims)} more claims sold`, ratio(grown.ratio), { value: grown.ratio, bound: { atLeast: 0.8 } }],
      ['  each round', grown.ratios.map(ratio).join(' ')],
      ['÷ B1, distinct seats', ratio(toB1.ratio), { value: toB1.ratio, bound: { atLeast: 5 } }],
      [
        `÷ B1, one hot zone, ${HOT_CLIENTS} clients`,
        ratio(toHotB1.ratio),
        { value: toHotB1.ratio, bound: { atLeast: 10 } },
      ],
      ['processor time of Postgres a booking, group commit', `${whole(oursUs)} µs`, { value: oursUs }],
      ['processor time of Postgres a booking, bare inserts', `${whole(rawUs)} µs`, { value: rawUs }],
      ['bookings a second, distinct seats', perSecond(toRaw.first), { value: toRaw.first }],
      [`bookings a second with ${whole(claims)} more claims`, perSecond(grown.first), { value: grown.first }],
      ['bookings a second, one hot zone', perSecond(toHotB1.first), { value: toHotB1.first }],
      ['bare inserts of bookings a second', perSecond(toRaw.second), { value: toRaw.second }],
      ['B1 bookings a second, distinct seats', perSecond(toB1.second), { value: toB1.second }],
      ['B1 bookings a second, one hot zone', perSecond(toHotB1.second), { value: toHotB1.second }],
    ],
    notes: [
      'Real: core’s batcher and statement, Postgres with fsync and synchronous_commit, every table, key and reference of a booking. Not in it: HTTP, Redis, tokens.',
      `Bare inserts: the same rows in batches of ${BATCH}, ${IN_FLIGHT} under way; they judge nothing and count no zone. ${CALLERS} callers book, so that core’s next batch is at hand too; fewer make its batches smaller. Every booking of these figures is confirmed as written; none is refused.`,
      `B1: ${PATTERNS.B1.about}; pattern as described in ${PATTERNS.B1.source}. The same rows, its inserts sent in one go.`,
    ],
  };
}

/** A load, and what of Postgres's processor time a booking of it took. */
function counted(world: WriteWorld, count: number, load: () => Promise<number>) {
  const spent: number[] = [];
  return {
    run: async (): Promise<number> => {
      const before = world.postgresSeconds();
      const result = await load();
      spent.push(((world.postgresSeconds() - before) * 1e6) / count);
      return result;
    },
    /** The median of the last rounds, µs. */
    medianUs: (rounds: number): number => median(spent.slice(-rounds)),
  };
}

const drafts = (world: WriteWorld, kind: 'spread' | 'hot', count: number): BookingDraft[] =>
  Array.from({ length: count }, () => world.draft(kind));

/** Bookings a second by `callers` who each hand in the next when the last is durable. */
async function byGroupCommit(
  { world, commits }: Subject,
  kind: 'spread' | 'hot',
  count: number,
  callers: number,
): Promise<number> {
  return rate(drafts(world, kind, count), callers, async (wanted) => {
    const result = await commits.commit(wanted);
    if (result.outcome !== 'booked') throw new Error(`a booking of the bench was ${result.outcome}`);
  });
}

async function byRawInserts({ world, raw }: Subject, count: number): Promise<number> {
  const all = drafts(world, 'spread', count);
  const batches = Array.from({ length: Math.ceil(count / BATCH) }, (_, i) => all.slice(i * BATCH, (i + 1) * BATCH));
  return (await rate(batches, IN_FLIGHT, (batch) => insertRaw(raw, batch))) * (count / batches.length);
}

const byOneByOne = (sql: Sql, all: BookingDraft[], clients: number): Promise<number> =>
  rate(all, clients, async (wanted) => {
    const isBooked = await bookUnderRowLock(sql, toWrite(wanted, JSON.stringify(wanted.body)), 'in-one-go');
    if (!isBooked) throw new Error('a booking of B1 was refused');
  });

async function rate<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<number> {
  const queue = items.values();
  const began = performance.now();
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (const item of queue) await work(item);
    }),
  );
  return items.length / ((performance.now() - began) / 1000);
}
