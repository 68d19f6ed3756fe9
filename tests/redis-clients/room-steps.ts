import type { Redis } from 'ioredis';
import { ROOMS_KEY, roomKeys } from '../../redis/keys.ts';
import { answerMany } from '../../redis/room/answer-many.ts';
import { answerCall } from '../../redis/room/answer.ts';
import { addLane, configureRoom, extendLease } from '../../redis/room/configure-room.ts';
import { holdRoom } from '../../redis/room/hold-room.ts';
import { joinRoom } from '../../redis/room/join.ts';
import { leaveRoom } from '../../redis/room/leave.ts';
import { writeCoreHealth } from '../../redis/health/core-health.ts';
import { writeRoomStock } from '../../redis/health/room-stock.ts';
import { revokeTicket } from '../../redis/room/revoke-ticket.ts';
import { readPlace } from '../../redis/room/read-place.ts';
import { readRestore, restoreRoom } from '../../redis/room/restore-room.ts';
import { readRoomInfo } from '../../redis/room/room-info.ts';
import type { TicketRef } from '../../redis/room/ticket-keys.ts';
import { commitTick, tickRoom } from '../../redis/room/tick-room.ts';
import { takeLimit } from '../../redis/take-limit.ts';
import { setTestClock } from '../../redis/test-clock.ts';
import type { Recorder } from './transcript.ts';

const ROOM = 'demo';
const START = 1_800_000_000_000;
const LANES = ['general'];

/** Values that clients are known to bend: numbers in disguise, JSON in disguise, empty, wide, with line ends. */
export const ODD_IDS = [
  '1',
  '01',
  '1e3',
  'null',
  'true',
  '{"a":1}',
  '"quoted"',
  ' space ',
  'ünïcødé 🎟',
  'line\nend',
  '-0',
  'x'.repeat(2000),
];

const config = (method: string) => ({
  version: '1',
  newUsersPerMinute: '600',
  totalActiveUsers: '10',
  sessionDurationSeconds: '600',
  claimWindowSeconds: '120',
  queueingMethod: method,
  opensAtMs: '',
  lobbyOpensAtMs: '',
  closesAtMs: '',
  paused: '0',
  closed: '0',
  message: 'Grüße 🎟',
  lanes: '[{"name":"general","weight":1}]',
  edge: JSON.stringify({
    name: 'Demo',
    lanes: [{ name: 'general', weight: 1 }],
    opensAtMs: null,
    drawSeed: 's',
    joinsPerClientPerMinute: 9,
    shopUrl: null,
    allowedReturnHosts: [],
  }),
});
const revoked = { room: ROOM, ticketId: '01', expMs: START + 86_400_000 };
const lane = {
  name: 'general',
  counter: 1,
  leasedTo: 1000,
  base: 1,
  calledTo: '0',
  nearTo: '0',
  admittedTo: '0',
  lateTo: 0,
  show: 0.6,
};

/** Walks every room script through what it can answer, and every refusal of theirs. */
export async function walkRoom({ client, note }: Recorder, redis: Redis): Promise<void> {
  let now = START;
  const at = async (ms: number) => setTestClock(redis, (now = ms));
  const ticket = (ticketId: string, score?: string): TicketRef => ({
    room: ROOM,
    ticketId,
    lane: 'general',
    expMs: START + 86_400_000,
    ...(score === undefined ? {} : { score }),
  });
  let tick = 0;
  // The worker ticks over ioredis alone, and reads the facts by it.
  const ticking = { ...client, list: (key: string, count: number) => redis.lrange(key, 0, count - 1) };
  const tickOnce = async (): Promise<unknown> => {
    await at(now + 1000);
    const outcome = await tickRoom(ticking, { id: ROOM, epoch: 1, tick }, LANES);
    if (outcome.status !== 'ticked' && outcome.status !== 'pending') return outcome;
    tick = outcome.result.tick;
    return { outcome, committed: await commitTick(client, ROOM, 1, LANES, outcome.result) };
  };

  await at(START);
  await note('an unknown room in an empty store is recovering', () => readRoomInfo(client, ROOM));
  await note('joining a lost room', () => joinRoom(client, ticket('a')));
  await note('restore', () =>
    restoreRoom(client, ROOM, 1, {
      tick: 0,
      opened: true,
      config: config('fifo'),
      lanes: [lane],
      live: [[{ id: 'old', untilMs: START + 5000, kind: 'session', lane: 'general', strikes: 0 }]],
      spent: [[{ id: 'gone', expMs: START + 9000 }]],
      admitted: [[START - 5000, 3]],
    }),
  );
  await note('restoring the same epoch again', () =>
    restoreRoom(client, ROOM, 1, {
      tick: 0,
      opened: true,
      config: {},
      lanes: [lane],
      live: [],
      spent: [],
      admitted: [],
    }),
  );
  await note('no restore is under way', () => readRestore(client, ROOM));
  await redis.sadd(ROOMS_KEY, ROOM);
  await note('a room that nobody knows', () => readRoomInfo(client, 'nowhere'));
  for (const id of ODD_IDS) await note(`join ${id.slice(0, 20)}`, () => joinRoom(client, ticket(id)));
  for (const id of ODD_IDS) await note(`place of ${id.slice(0, 20)}`, () => readPlace(client, ticket(id, '3')));
  await note('an unknown lane', () => joinRoom(client, { ...ticket('b'), lane: 'nowhere' }));
  await note('a spent ticket', () => answerCall(client, ticket('gone', '1'), true));
  await note('a session that was restored', () => answerCall(client, ticket('old', '1'), true));
  for (let i = 0; i < 9; i++) await note(`tick ${i}`, tickOnce);
  await redis.script('FLUSH');
  await note('an answer after SCRIPT FLUSH', () => answerCall(client, ticket(ODD_IDS[0] ?? '', '2'), true));
  await redis.script('FLUSH');
  await note('many answers after SCRIPT FLUSH', () =>
    answerMany(
      client,
      ROOM,
      'general',
      ODD_IDS.slice(1).map((id, i) => ticket(id, String(i + 3))),
    ),
  );
  for (let i = 0; i < 2; i++) await note(`admitting tick ${i}`, tickOnce);
  for (const [i, id] of ODD_IDS.entries())
    await note(`claim ${id.slice(0, 20)}`, () => answerCall(client, ticket(id, String(i + 2)), true));
  await note('leave', () => leaveRoom(client, ticket(ODD_IDS[0] ?? '', '2')));
  await note('leave again', () => leaveRoom(client, ticket(ODD_IDS[0] ?? '', '2')));
  await note('a tick with facts', tickOnce);
  const identity = 'an identity’s hash';
  const limited = { name: 'join' as const, subject: 'someone', max: 9, windowMs: 60_000 };
  await note('a join with an identity', () => joinRoom(client, { ...ticket('anna'), identity, limit: limited }));
  await note('a second one', () => joinRoom(client, { ...ticket('ben'), identity, limit: limited }));
  await note('an older ticket of it', () =>
    joinRoom(client, { ...ticket('older', '2000'), identity, expMs: START + 3600_000 }),
  );
  await note('the second answers', () => answerCall(client, { ...ticket('anna', '999'), identity }, true));
  const looks = { name: 'me' as const, subject: 'anna', max: 1, windowMs: 60_000 };
  for (const step of ['a counted look', 'one too many'])
    await note(step, () => readPlace(client, ticket('anna', '999'), looks));
  await note('the board as the edge reads it', () => readRoomInfo(client, ROOM));
  await note('the board by GET', () => client.get(roomKeys(ROOM).board));
  await note('a key that is not there', () => client.get('nothing'));
  await note('settings of an old version', () => configureRoom(client, ROOM, 1, 1, config('fifo')));
  await note('settings of another epoch', () => configureRoom(client, ROOM, 7, 9, config('fifo')));
  await note('settings that reject', () => configureRoom(client, ROOM, 1, 2, { ...config('reject'), version: '2' }));
  await note('joining a room that rejects', () => joinRoom(client, ticket('late-comer')));
  await note('a revocation', () => revokeTicket(client, { id: ROOM, epoch: 1, lanes: ['general'] }, revoked));
  await note('a revoked ticket', () => answerCall(client, ticket(revoked.ticketId, '3'), true));
  const health = { holdP95Ms: 12.5, errorRate: 0, answers: 10, eventLoopLagMs: null, poolWaitMs: 1 };
  await note('a core process says how it is', () => writeCoreHealth(client, 'core-1', health));
  const stock = { capacity: 10, free: 3, held: 2, pending: 1 };
  await note('core says what a room has left', () => writeRoomStock(client, ROOM, stock));
  await note('a lane that begins', () => addLane(client, ROOM, 1, { name: 'presale', from: 1, leasedTo: 9 }));
  await note('a held board', () => holdRoom(client, ROOM, 'core'));
  await note('a board held once more', () => holdRoom(client, ROOM, 'postgres'));
  await note('the held board', () => client.get(roomKeys(ROOM).board));
  await note('a lease', () => extendLease(client, ROOM, 1, 'general', 5000));
  const limit = { name: 'join', subject: '2001:db8::', max: 2, windowMs: 60_000 };
  for (let i = 0; i < 4; i++) await note(`limit ${i}`, () => takeLimit(client, limit));
  await at(now + 90_000);
  await note('the limit one and a half windows later', () => takeLimit(client, limit));
}
