import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { newTicketId } from '../platform/random.ts';
import { laneKeys, roomKeys } from '../redis/keys.ts';
import { signFeedHello } from '../tokens/feed-hello.sign.ts';
import { generateEdgeKeySet } from '../tokens/generate-keys.ts';
import { ed25519SigningKey } from '../tokens/key-set.ts';
import { startCrowd, type Crowd } from './parts/crowd.ts';
import { startPart, type Part } from './parts/part.ts';
import { ROOM, startBenchRoom, type BenchRoom } from './parts/room.ts';
import { ratio, whole, type Report, type Row } from './measure/report.ts';
import type { BenchOptions } from './options.ts';

/** Everyone far from the head looks once in this time (the smoke run's people are in a hurry), so it is what is measured. */
const WINDOW_MS = 20_000;
const SMOKE_WINDOW_MS = 500;
const MINUTE_MS = 60_000;
/** The line is as long in both runs: what changes is how many of it are there and look. */
const LINE = 20_000;
const FIRST_SCORE = 1_000_000;
const ORIGIN = 'http://shop.test';

/** `looks`: polls that were answered; `frames`: ticks that sockets heard. */
type Counted = { commands: number; byName: Map<string, number>; looks: number; frames: number };

/** Redis commands while few and many wait far from the head, half with sockets and half polling; and what ZRANK a poll would cost. */
export async function benchWaitingCost({ smoke }: BenchOptions): Promise<Report> {
  const [few, many] = smoke ? [4, 40] : [100, 10_000];
  const windowMs = smoke ? SMOKE_WINDOW_MS : WINDOW_MS;
  const aMinute = MINUTE_MS / windowMs;
  const room = await startBenchRoom();
  const ids = await fillLine(room, smoke ? 2000 : LINE);
  const keys = await generateEdgeKeySet();
  const usualSettings = { redisUrl: room.url, key: laneKeys(ROOM, 'general').waiting };
  const [edge, usual, pollers, crowd] = await Promise.all([
    startPart('node-edge', { redisUrl: room.url, keysJson: JSON.stringify(keys) }),
    startPart('usual', usualSettings),
    startPart('pollers', {}),
    startCrowd(),
  ]);
  const jwksUrl = String(edge.ready['jwksUrl']);
  const feed = await startPart('feed', { redisUrl: room.url, jwksUrl, origin: ORIGIN, maxSockets: 15_000 });
  const key = await ed25519SigningKey({ keys: keys.pass });
  const hello = (ticketId: string, n: number): Promise<string> =>
    signFeedHello(key, {
      issuer: ORIGIN,
      room: ROOM,
      ticketId,
      lane: 'general',
      score: String(FIRST_SCORE + ids.length + n),
      nowMs: Date.now(),
    });

  const ours: Counted[] = [];
  for (const visitors of [few, many]) {
    const tokens = await Promise.all(ids.slice(0, visitors / 2).map(hello));
    await crowd.open(`${String(feed.ready['url'])}/rooms/${ROOM}`, tokens);
    const look = { url: `${String(edge.ready['url'])}/api/rooms/${ROOM}/board`, pollers: visitors / 2 };
    ours.push(await countOurs(room, pollers, crowd, look, windowMs));
    await emptied(crowd);
  }
  const theirs: Counted[] = [];
  for (const visitors of [few, many]) {
    const look = { url: `${String(usual.ready['url'])}/${ids[0] ?? ''}`, pollers: visitors };
    theirs.push(await count(room, async () => ({ looks: await poll(pollers, look, windowMs), frames: 0 })));
  }
  await Promise.all([edge, pollers, crowd, feed, usual].map((part) => part.stop()));
  await room.stop();
  return toReport({ few, many, ours, theirs, aMinute, windowMs });
}

type Look = { url: string; pollers: number };

/** Lets everyone look once in a window; rejects when somebody could not. */
async function poll(pollers: Part, { url, pollers: count }: Look, windowMs: number): Promise<number> {
  const question = { url, pollers: count, everyMs: windowMs, forMs: windowMs };
  const { polls } = await pollers.ask(v.object({ polls: v.number() }), question);
  if (polls < count) throw new Error(`${count} were to look, ${polls} did`);
  return polls;
}

/** The window is as many ticks as it has seconds, counted from just after one to just after another. */
function countOurs(room: BenchRoom, pollers: Part, crowd: Crowd, look: Look, windowMs: number): Promise<Counted> {
  return count(room, async () => {
    const before = await framesOf(crowd);
    const polling = poll(pollers, look, windowMs);
    for (let tick = 0; tick < Math.ceil(windowMs / 1000); tick += 1) {
      await sleep(1000 - (Date.now() % 1000) + 20);
      await room.tick();
    }
    return { looks: await polling, frames: (await framesOf(crowd)) - before };
  });
}

const framesOf = async (crowd: Crowd): Promise<number> =>
  (await crowd.heard()).reduce((sum, { count: sockets }) => sum + sockets, 0);

/** Calls of each command, scripts' own commands among them, by what Redis counts (INFO commandstats). */
async function count(room: BenchRoom, work: () => Promise<Pick<Counted, 'looks' | 'frames'>>): Promise<Counted> {
  await room.redis.config('RESETSTAT');
  const seen = await work();
  const stats = await room.redis.info('commandstats');
  const byName = new Map<string, number>();
  for (const [, name = '', calls] of stats.matchAll(/cmdstat_([^:]+):calls=(\d+)/g)) {
    if (!/^(info|config|ping)/.test(name)) byName.set(name, Number(calls));
  }
  return { commands: [...byName.values()].reduce((sum, calls) => sum + calls, 0), byName, ...seen };
}

/** A long line of visitors far from the head, behind ghosts who are called and never answer. */
async function fillLine(room: BenchRoom, length: number): Promise<string[]> {
  const { redis } = room;
  const ids = Array.from({ length }, () => newTicketId());
  for (let from = 0; from < length; from += 2000) {
    const some = ids.slice(from, from + 2000).flatMap((id, n) => [FIRST_SCORE + from + n, id]);
    await redis.zadd(laneKeys(ROOM, 'general').waiting, ...some);
  }
  await redis.hset(roomKeys(ROOM).state, 'counter:general', FIRST_SCORE + length);
  await room.tick();
  return ids.slice(length / 2);
}

/** Closes the crowd's sockets, and lets the feed notice. */
async function emptied(crowd: Crowd): Promise<void> {
  await crowd.closeAll();
  await sleep(300);
}

type Figures = { few: number; many: number; ours: Counted[]; theirs: Counted[]; aMinute: number; windowMs: number };

function toReport({ few, many, ours, theirs, aMinute, windowMs }: Figures): Report {
  const [oursFew = 0, oursMany = 0] = ours.map(({ commands }) => commands * aMinute);
  const [theirsFew = 0, theirsMany = 0] = theirs.map(({ commands }) => commands * aMinute);
  const growth = oursMany / oursFew;
  const figure = (label: string, value: number, text = whole(value)): Row => [label, text, { value }];
  return {
    title: 'Redis commands while people wait far from the head',
    rows: [
      [
        `commands with ${whole(many)} ÷ with ${whole(few)} waiting`,
        ratio(growth),
        { value: growth, bound: { atMost: 1.05 } },
      ],
      figure(`commands a minute, ${whole(few)} waiting`, oursFew),
      figure(`commands a minute, ${whole(many)} waiting`, oursMany),
      figure('of them sent by our processes as scripts', (ours[1]?.byName.get('evalsha') ?? 0) * aMinute),
      figure(`commands a visitor-minute, ${whole(many)} waiting`, oursMany / many, (oursMany / many).toFixed(3)),
      figure('the usual design: a visitor-minute', theirsMany / many, (theirsMany / many).toFixed(3)),
      figure(`the usual design: a minute, ${whole(few)} waiting`, theirsFew),
      figure(`the usual design: a minute, ${whole(many)} waiting`, theirsMany),
    ],
    notes: [
      `Counted for ${windowMs / 1000} s, times ${aMinute}: in 20 s everyone who polls looks once. Commands inside scripts count.`,
      `Half have sockets, half poll the board every 20 s; the line is as long in both runs; a tick runs each second.`,
      `Served meanwhile: ${ours.map(({ looks, frames }) => `${whole(looks)} looks and ${whole(frames)} frames`).join(', then ')}.`,
      `Difference by command, a minute: ${differences(ours, aMinute)}.`,
      'Real: edge on Node, feed and Redis, each a process; the tick without Postgres.',
      'The usual design: a ZRANK for each visitor and poll, by hono on Node; everyone polls every 20 s.',
    ],
  };
}

/** What made the two runs differ, command by command. */
function differences([few, many]: Counted[], aMinute: number): string {
  const names = new Set([...(few?.byName.keys() ?? []), ...(many?.byName.keys() ?? [])]);
  const grown = [...names].flatMap((name) => {
    const more = ((many?.byName.get(name) ?? 0) - (few?.byName.get(name) ?? 0)) * aMinute;
    return more === 0 ? [] : [`${name} ${more > 0 ? '+' : ''}${more}`];
  });
  return grown.join(', ') || 'none';
}
